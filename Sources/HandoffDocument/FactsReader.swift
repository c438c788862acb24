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

  /// Accepts this major version and all of its minor ones.
  func check(schema: String) throws(DocumentError) {
    if schema == FactsBlock.schema || schema.hasPrefix(FactsBlock.schema + ".") { return }
    guard schema.hasPrefix("handoff.document/") else {
      throw .factsInvalid("its schema is not \(FactsBlock.schema)", line: line)
    }
    throw .newerSchema(schema, line: line)
  }

  func handoff(_ members: [String: JSONValue]) throws(DocumentError) -> Handoff {
    let time = try string(members, "capturedAt")
    guard let capturedAt = try? Date(time, strategy: .iso8601), capturedAt.ISO8601Format() == time else {
      throw .factsInvalid("capturedAt is not a time such as 2025-11-07T23:15:00Z", line: line)
    }
    var observations: [Observation] = []
    for (index, value) in try array(members, "observations").enumerated() {
      observations.append(try observation(value, "observation \(index + 1)"))
    }
    return Handoff(
      notes: AuthorNotes(
        title: members["title"]?.string ?? "", status: members["status"]?.string ?? "",
        priority: members["priority"]?.string ?? ""),
      previous: members["previous"]?.string,
      snapshot: Snapshot(
        tool: try string(members, "tool"), project: try string(members, "project"), capturedAt: capturedAt,
        observations: observations))
  }

  private func observation(_ value: JSONValue, _ place: String) throws(DocumentError) -> Observation {
    guard let members = value.object else { throw .factsInvalid("\(place) is not an object", line: line) }
    var facts: [Fact] = []
    for (index, value) in try array(members, "facts", place).enumerated() {
      facts.append(try fact(value, "\(place), fact \(index + 1)"))
    }
    var findings: [Finding] = []
    for (index, value) in try array(members, "findings", place).enumerated() {
      findings.append(try finding(value, "\(place), finding \(index + 1)"))
    }
    return Observation(probe: try string(members, "probe", place), facts: facts, findings: findings)
  }

  private func fact(_ value: JSONValue, _ place: String) throws(DocumentError) -> Fact {
    guard let members = value.object else { throw .factsInvalid("\(place) is not an object", line: line) }
    guard let factClass = FactClass(rawValue: try string(members, "class", place)) else {
      throw .factsInvalid(
        "\(place) has a class other than " + FactClass.allCases.map(\.rawValue).joined(separator: ", "), line: line)
    }
    guard var value = members["value"] else { throw .factsInvalid("\(place) has no value", line: line) }
    if members["masked"] == true {
      guard let masked = value.string.flatMap({ MaskedValue(parsing: $0) }) else {
        throw .factsInvalid("\(place) is masked, and its value is not masked:KEY:FINGERPRINT", line: line)
      }
      value = .masked(masked)
    }
    let source = Source(parsing: try string(members, "source", place)) ?? Source(.unknown)
    return Fact(FactID(try string(members, "id", place)), factClass, value, source: source)
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

  func string(
    _ members: [String: JSONValue], _ name: String, _ place: String = "the block"
  ) throws(DocumentError) -> String {
    guard let text = members[name]?.string else {
      throw .factsInvalid("\(place) has no text \(name)", line: line)
    }
    return text
  }

  private func array(
    _ members: [String: JSONValue], _ name: String, _ place: String = "the block"
  ) throws(DocumentError) -> [JSONValue] {
    guard let elements = members[name]?.array else {
      throw .factsInvalid("\(place) has no list \(name)", line: line)
    }
    return elements
  }
}
