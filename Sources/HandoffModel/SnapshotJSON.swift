import HandoffText

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The JSON forms of snapshots and comparisons, as the schemas in `Sources/handoff/Schemas` define them.
extension Snapshot {
  /// `handoff.snapshot/1`.
  public var json: JSONValue {
    [
      "schema": "handoff.snapshot/1", "tool": .string(tool), "capturedAt": .string(capturedAt.ISO8601Format()),
      "status": .string(status.rawValue),
      "probes": .array(observations.map(\.json)), "ignored": .array(ignored.map(\.json)),
    ]
  }
}

extension Observation {
  var json: JSONValue {
    [
      "probe": .string(probe), "status": .string(status.rawValue), "durationMilliseconds": .int(durationMilliseconds),
      "facts": .array(facts.map(\.json)),
      "findings": .array(findings.map { .object($0.members) }), "setup": .array(setup.map(\.json)),
      "verification": .array(verification.map(\.json)),
    ]
  }
}

extension Fact {
  /// The members `id`, `class`, `value` and `source`, and `masked` where it is.
  public var json: JSONValue {
    var members: [String: JSONValue] = [
      "id": .string(id.rawValue), "class": .string(factClass.rawValue), "value": value,
      "source": .string(source.description),
    ]
    if value.masked != nil { members["masked"] = true }
    return .object(members)
  }
}

extension ShellCommand {
  var json: JSONValue { ["bash": .string(bash), "powershell": .optional(powershell)] }
}

extension GuideStep {
  var json: JSONValue { ["command": command.json, "description": .string(description.plain)] }
}

extension Remedy {
  var json: JSONValue {
    ["command": command.json, "description": .string(description.plain), "destructive": .bool(destructive)]
  }
}

extension Finding {
  var members: [String: JSONValue] {
    [
      "id": .string(id), "severity": .string(severity.rawValue), "message": .string(message.plain),
      "remedies": .array(remedies.map(\.json)),
    ]
  }
}

extension Comparison {
  /// `handoff.comparison/1`.
  public var json: JSONValue {
    [
      "schema": "handoff.comparison/1", "expected": expected.json, "actual": actual.json,
      "status": .string(status.rawValue), "confirmed": .int(confirmed), "changes": .array(changes.map(\.json)),
      "findings": .array(
        findings.map { dated in
          .object(dated.finding.members.merging(["since": .string(dated.since.rawValue)]) { $1 })
        }),
      "ignored": .array(ignored.map(\.json)),
    ]
  }
}

extension Ignored {
  var json: JSONValue {
    var members: [String: JSONValue] = [
      "fact": .string(fact.rawValue), "finding": .null, "kind": .null, "message": .string(message.plain),
      "reason": .string(rule.reason),
    ]
    switch matter {
    case .change(let change):
      members["kind"] = .string(change.kind.rawValue)
      members["severity"] = .string(change.severity.rawValue)
      members["expected"] = change.expected ?? .null
      members["actual"] = change.actual ?? .null
    case .finding(let finding):
      members["finding"] = .string(finding.id)
      members["severity"] = .string(finding.severity.rawValue)
    }
    return .object(members)
  }
}

extension Comparison.Side {
  var json: JSONValue { ["name": .string(name), "capturedAt": .string(capturedAt.ISO8601Format())] }
}

extension Change {
  var json: JSONValue {
    [
      "fact": .string(fact.rawValue), "class": .string(factClass.rawValue), "kind": .string(kind.rawValue),
      "severity": .string(severity.rawValue), "expected": expected ?? .null, "actual": actual ?? .null,
      "message": .string(message.plain), "remedies": .array(remedies.map(\.json)),
    ]
  }
}
