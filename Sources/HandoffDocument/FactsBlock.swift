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

  /// The JSON of a handoff without its author's sections, which stand in the document as text.
  static func json(_ handoff: Handoff) -> [String: JSONValue] {
    let snapshot = handoff.snapshot
    var members: [String: JSONValue] = [
      "schema": .string(schema), "tool": .string(snapshot.tool), "project": .string(snapshot.project),
      "capturedAt": .string(snapshot.capturedAt.ISO8601Format()), "previous": .optional(handoff.previous),
      "title": .string(handoff.notes.title), "status": .string(handoff.notes.status),
      "priority": .string(handoff.notes.priority),
      "observations": .array(
        snapshot.observations.map { observation in
          [
            "probe": .string(observation.probe), "facts": .array(observation.facts.map(\.json)),
            "findings": .array(
              observation.allFindings.map { finding in
                [
                  "id": .string(finding.id), "severity": .string(finding.severity.rawValue),
                  "facts": .strings(finding.facts.map(\.rawValue)),
                ]
              }),
          ]
        }),
    ]
    members["digest"] = .string(digest(members))
    return members
  }

  /// The block as it stands in the document, with its fence.
  static func render(_ handoff: Handoff) -> String {
    var text = "```json\n{"
    let members = json(handoff).sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    for (index, member) in members.enumerated() {
      text += (index > 0 ? ",\n" : "\n") + "  \"\(member.key)\": "
      if member.key == "observations" {
        list(handoff.snapshot.observations, in: &text, indentation: "  ", write)
      } else {
        text += member.value.canonical
      }
    }
    return text + "\n}\n```"
  }

  /// Reads the block.
  /// - Parameters:
  ///   - text: the lines between the fences.
  ///   - line: the document's line on which they begin.
  static func read(_ text: ArraySlice<UInt8>, line: Int) throws(DocumentError) -> (Handoff, edited: Bool) {
    let value: JSONValue
    do {
      value = try JSONValue(parsing: text)
    } catch {
      throw .factsNotJSON(error.description, line: line + error.line - 1)
    }
    let reader = FactsReader(line: line)
    guard var members = value.object else { throw .factsInvalid("it is not an object", line: line) }
    try reader.check(schema: try reader.string(members, "schema"))
    let handoff = try reader.handoff(members)
    let stated = members.removeValue(forKey: "digest")?.string
    return (handoff, edited: stated != digest(members))
  }

  private static func digest(_ members: [String: JSONValue]) -> String {
    "sha256:" + SHA256.hash(data: Array(JSONValue.object(members).canonical.utf8)).hexadecimal
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
    text += "{\"class\":\"\(fact.factClass.rawValue)\",\"id\":\(JSONValue.string(fact.id.rawValue).canonical),"
    if fact.value.masked != nil { text += "\"masked\":true," }
    text += "\"source\":\(JSONValue.string(fact.source.description).canonical),\"value\":"
    let membersStandAlone = fact.factClass == .set || fact.factClass == .map
    switch fact.value {
    case .array(let elements) where membersStandAlone && !elements.isEmpty:
      list(elements, in: &text, indentation: "        ") { $1 += $0.canonical }
    case .object(let members) where membersStandAlone && !members.isEmpty:
      text += "{"
      let sorted = members.sorted { $0.key.unicodeScalars.lexicographicallyPrecedes($1.key.unicodeScalars) }
      for (index, member) in sorted.enumerated() {
        text += (index > 0 ? ",\n" : "\n") + "          "
        text += JSONValue.string(member.key).canonical + ": " + member.value.canonical
      }
      text += "\n        }"
    default: text += fact.value.canonical
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
