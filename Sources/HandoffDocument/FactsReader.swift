import HandoffModel
import HandoffText

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Reads the values of a facts block. Classes, severities and sources are chosen from closed lists; members that it does
/// not know are left alone, since a newer minor version may have written them.
struct FactsReader {
  /// The line of the document on which the block begins, for messages.
  let line: Int
  /// What first was not what it must be. The text is read on, since it may not be JSON, or a newer version's.
  private var failure: DocumentError?
  /// The last source that was read: most facts of an area have the same.
  private var lastSource = (text: "", source: Source(.unknown))

  init(line: Int) { self.line = line }

  /// A time as it is written, or nil for another text.
  static func moment(_ text: String) -> Date? {
    (try? Date(text, strategy: .iso8601)).flatMap { $0.ISO8601Format() == text ? $0 : nil }
  }

  /// Reads the block.
  /// - Returns: also its members, without the observations.
  mutating func read(_ bytes: [UInt8]) throws(DocumentError) -> (Handoff, members: [String: JSONValue]) {
    var members: [String: JSONValue] = [:]
    var observations: [Observation]?
    let isObject: Bool
    do {
      var parser = JSONParser(bytes, maximumValues: FactsBlock.maximumValues)
      isObject = try parser.members { name, parser throws(JSONSyntaxError) in
        if name == "observations" {
          observations = try self.observations(&parser)
        } else {
          members[name] = try parser.value()
        }
      }
      try parser.end()
    } catch {
      throw .factsNotJSON(error.description, line: line + error.line - 1)
    }
    guard isObject else { throw .factsInvalid("it is not an object", line: line) }
    try check(schema: try string(members, "schema"))
    let time = try string(members, "capturedAt")
    guard let capturedAt = Self.moment(time) else {
      throw .factsInvalid("capturedAt is not a time such as 2025-11-07T23:15:00Z", line: line)
    }
    guard let observations else { throw .factsInvalid("the block has no list observations", line: line) }
    if let failure { throw failure }
    let handoff = Handoff(
      notes: AuthorNotes(
        title: members["title"]?.string ?? "", status: members["status"]?.string ?? "",
        priority: members["priority"]?.string ?? ""),
      previous: members["previous"]?.string,
      snapshot: Snapshot(
        tool: try string(members, "tool"), project: try string(members, "project"), capturedAt: capturedAt,
        observations: observations))
    return (handoff, members)
  }

  /// Accepts this major version and all of its minor ones.
  private func check(schema: String) throws(DocumentError) {
    if schema == FactsBlock.schema || schema.hasPrefix(FactsBlock.schema + ".") { return }
    guard schema.hasPrefix("handoff.document/") else {
      throw .factsInvalid("its schema is not \(FactsBlock.schema)", line: line)
    }
    throw .newerSchema(schema, line: line)
  }

  /// - Returns: nil where there is no list.
  private mutating func observations(_ parser: inout JSONParser) throws(JSONSyntaxError) -> [Observation]? {
    try list(&parser) { reader, parser, number throws(JSONSyntaxError) in
      try reader.observation(&parser, "observation \(number)")
    }
  }

  private mutating func observation(
    _ parser: inout JSONParser, _ place: String
  ) throws(JSONSyntaxError) -> Observation? {
    var probe: String?
    var facts: [Fact]?
    var findings: [Finding]?
    let isObject = try parser.members { name, parser throws(JSONSyntaxError) in
      switch name {
      case "facts":
        facts = try list(&parser) { reader, parser, number throws(JSONSyntaxError) in
          try reader.fact(&parser, place, number)
        }
      case "findings":
        findings = try list(&parser) { reader, parser, number throws(JSONSyntaxError) in
          let value = try parser.value()
          do throws(DocumentError) {
            return try reader.finding(value, "\(place), finding \(number)")
          } catch {
            return reader.note(error)
          }
        }
      case "probe": probe = try parser.value().string
      default: _ = try parser.value()
      }
    }
    guard isObject else { return note(invalid("\(place) is not an object")) }
    guard let facts else { return note(invalid("\(place) has no list facts")) }
    guard let findings else { return note(invalid("\(place) has no list findings")) }
    guard let probe else { return note(invalid("\(place) has no text probe")) }
    return Observation(probe: probe, facts: facts, findings: findings)
  }

  private mutating func fact(
    _ parser: inout JSONParser, _ place: String, _ number: Int
  ) throws(JSONSyntaxError) -> Fact? {
    var id: String?
    var factClass: String?
    var isMasked = false
    var source: String?
    var value: JSONValue?
    let isObject = try parser.members { name, parser throws(JSONSyntaxError) in
      switch name {
      case "class": factClass = try parser.value().string
      case "id": id = try parser.value().string
      case "masked": isMasked = try parser.value() == true
      case "source": source = try parser.value().string
      case "value": value = try parser.value()
      default: _ = try parser.value()
      }
    }
    func wrong(_ words: String) -> DocumentError { invalid("\(place), fact \(number) \(words)") }
    guard isObject else { return note(wrong("is not an object")) }
    guard let factClass else { return note(wrong("has no text class")) }
    guard let factClass = FactClass(rawValue: factClass) else {
      return note(wrong("has a class other than " + FactClass.allCases.map(\.rawValue).joined(separator: ", ")))
    }
    guard var value else { return note(wrong("has no value")) }
    if isMasked {
      guard let masked = value.string.flatMap({ MaskedValue(parsing: $0) }) else {
        return note(wrong("is masked, and its value is not masked:KEY:FINGERPRINT"))
      }
      value = .masked(masked)
    }
    guard let source else { return note(wrong("has no text source")) }
    guard let id else { return note(wrong("has no text id")) }
    if source != lastSource.text { lastSource = (source, Source(parsing: source) ?? Source(.unknown)) }
    return Fact(FactID(id), factClass, value, source: lastSource.source)
  }

  /// Reads the elements of a list.
  /// - Parameter read: is given the number of each, counted from 1.
  /// - Returns: nil where there is no list.
  private mutating func list<Element>(
    _ parser: inout JSONParser, _ read: (inout Self, inout JSONParser, Int) throws(JSONSyntaxError) -> Element?
  ) throws(JSONSyntaxError) -> [Element]? {
    var elements: [Element] = []
    var number = 0
    let isList = try parser.elements { parser throws(JSONSyntaxError) in
      number += 1
      if let element = try read(&self, &parser, number) { elements.append(element) }
    }
    return isList ? elements : nil
  }

  private func invalid(_ words: String) -> DocumentError { .factsInvalid(words, line: line) }

  /// Keeps the first mistake.
  private mutating func note<Value>(_ error: DocumentError) -> Value? {
    failure = failure ?? error
    return nil
  }

  private func finding(_ value: JSONValue, _ place: String) throws(DocumentError) -> Finding {
    guard let members = value.object else { throw .factsInvalid("\(place) is not an object", line: line) }
    guard let severity = Status(rawValue: try string(members, "severity", place)) else {
      throw .factsInvalid(
        "\(place) has a severity other than " + Status.allCases.map(\.rawValue).joined(separator: ", "), line: line)
    }
    guard let facts = members["facts"]?.strings else {
      throw .factsInvalid("\(place) has no list of facts", line: line)
    }
    return Finding(try string(members, "id", place), severity, Message(), facts: facts.map { FactID($0) })
  }

  private func string(
    _ members: [String: JSONValue], _ name: String, _ place: String = "the block"
  ) throws(DocumentError) -> String {
    guard let text = members[name]?.string else {
      throw .factsInvalid("\(place) has no text \(name)", line: line)
    }
    return text
  }
}
