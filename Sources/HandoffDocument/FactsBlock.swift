import Crypto
import HandoffModel
import HandoffText

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The data that a document carries: canonical JSON in a fence, laid out so that two documents can be compared by line.
enum FactsBlock {
  /// The schema that is written, and whose minor versions (`handoff.document/1.4`) are read.
  static let schema = "handoff.document/1"

  /// How many values a block may hold: those of three hundred thousand tables.
  static let maximumValues = 2_000_000

  /// How many values the block of a snapshot holds, about.
  static func values(of snapshot: Snapshot) -> Int {
    func values(_ value: JSONValue) -> Int {
      switch value {
      case .array(let elements): elements.reduce(1) { $0 + values($1) }
      case .object(let members): members.reduce(1) { $0 + values($1.value) }
      default: 1
      }
    }
    return snapshot.observations.reduce(20) { count, observation in
      observation.facts.reduce(count + 4) { $0 + 5 + values($1.value) }
        + observation.allFindings.reduce(0) { $0 + 4 + $1.facts.count }
    }
  }

  /// The block as it stands in the document, with its fence. Of the author's words it holds no sections, which stand in the
  /// document as text.
  static func render(_ handoff: Handoff) -> String {
    let snapshot = handoff.snapshot
    var observations = ""
    list(snapshot.observations, in: &observations, indentation: "  ", write)
    let values: [String: JSONValue] = [
      "schema": .string(schema), "tool": .string(snapshot.tool), "project": .string(snapshot.project),
      "capturedAt": .string(snapshot.capturedAt.ISO8601Format()), "previous": .optional(handoff.previous),
      "title": .string(handoff.notes.title), "status": .string(handoff.notes.status),
      "priority": .string(handoff.notes.priority),
    ]
    var members = values.mapValues(\.canonical)
    members["observations"] = observations
    let text = "{" + lines(members).joined(separator: ",") + "}"
    members["digest"] = JSONValue.string(digest(compacted(text.utf8))).canonical
    return "```json\n{\n" + lines(members).joined(separator: ",\n") + "\n}\n```"
  }

  private static func lines(_ members: [String: String]) -> [String] {
    members.sorted { $0.key.precedes($1.key) }.map { "  \"\($0.key)\": \($0.value)" }
  }

  /// Reads the block.
  /// - Parameters:
  ///   - text: the lines between the fences.
  ///   - line: the document's line on which they begin.
  static func read(_ text: ArraySlice<UInt8>, line: Int) throws(DocumentError) -> (Handoff, edited: Bool) {
    let bytes = Array(text)
    var reader = FactsReader(line: line)
    let (handoff, members) = try reader.read(bytes)
    return (handoff, edited: !isAsWritten(bytes, members))
  }

  /// Whether a block says what its digest is of.
  /// - Parameter members: those of the block, without the observations.
  private static func isAsWritten(_ bytes: [UInt8], _ members: [String: JSONValue]) -> Bool {
    guard let digest = members["digest"], let stated = digest.string else { return false }
    // As it was written it is canonical but for the space between values.
    if let capturedAt = members["capturedAt"]?.canonical {
      let first = #"{"capturedAt":\#(capturedAt),"#
      let head = #"\#(first)"digest":\#(digest.canonical),"#
      let compact = compacted(bytes)
      if compact.starts(with: head.utf8), stated == self.digest(Array(first.utf8) + compact.dropFirst(head.utf8.count))
      {
        return true
      }
    }
    guard var members = (try? JSONValue(parsing: bytes, maximumValues: maximumValues))?.object else { return false }
    members["digest"] = nil
    return stated == self.digest(Array(JSONValue.object(members).canonical.utf8))
  }

  private static func digest(_ canonical: [UInt8]) -> String { "sha256:" + SHA256.hash(data: canonical).hexadecimal }

  /// JSON text without the space between values.
  private static func compacted(_ text: some Collection<UInt8>) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: text.count) { compact, count in
      var isInString = false
      var isEscaped = false
      for byte in text {
        if isInString {
          if isEscaped {
            isEscaped = false
          } else if byte == UInt8(ascii: "\\") {
            isEscaped = true
          } else if byte == UInt8(ascii: "\"") {
            isInString = false
          }
        } else if byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
          continue
        } else if byte == UInt8(ascii: "\"") {
          isInString = true
        }
        compact[count] = byte
        count += 1
      }
    }
  }

  private static func write(_ observation: Observation, to text: inout String) {
    text += "{\n      \"facts\": "
    list(observation.facts, in: &text, indentation: "      ", write)
    text += ",\n      \"findings\": "
    list(observation.allFindings, in: &text, indentation: "      ") { finding, text in
      text += "{\"facts\":\(JSONValue.strings(finding.facts.map(\.rawValue)).canonical),"
      text += "\"id\":\(JSONValue.string(finding.id).canonical),\"severity\":\"\(finding.severity.rawValue)\"}"
    }
    text += ",\n      \"probe\": \(JSONValue.string(observation.probe).canonical)\n    }"
  }

  private static func write(_ fact: Fact, to text: inout String) {
    text += "{\"class\":\""
    text += fact.factClass.rawValue
    text += "\",\"id\":"
    JSONValue.string(fact.id.rawValue).write(to: &text)
    if fact.value.masked != nil { text += ",\"masked\":true" }
    text += ",\"source\":"
    JSONValue.string(fact.source.description).write(to: &text)
    text += ",\"value\":"
    let membersStandAlone = fact.factClass == .set || fact.factClass == .map
    switch fact.value {
    case .array(let elements) where membersStandAlone && !elements.isEmpty:
      list(elements, in: &text, indentation: "        ") { $0.write(to: &$1) }
    case .object(let members) where membersStandAlone && !members.isEmpty:
      text += "{"
      let sorted = members.sorted { $0.key.precedes($1.key) }
      for (index, member) in sorted.enumerated() {
        text += (index > 0 ? ",\n" : "\n") + "          "
        text += JSONValue.string(member.key).canonical + ": " + member.value.canonical
      }
      text += "\n        }"
    default: fact.value.write(to: &text)
    }
    text += "}"
  }

  private static func list<Element>(
    _ elements: [Element], in text: inout String, indentation: String, _ write: (Element, inout String) -> Void
  ) {
    guard !elements.isEmpty else {
      text += "[]"
      return
    }
    text += "["
    for (index, element) in elements.enumerated() {
      text += (index > 0 ? ",\n" : "\n") + indentation + "  "
      write(element, &text)
    }
    text += "\n" + indentation + "]"
  }
}
