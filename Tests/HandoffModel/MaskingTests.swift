import Foundation
import HandoffModel
import HandoffText
import Testing

/// What `mask` keeps back: in facts, in what is said of them, and in comparisons.
@Suite struct MaskingTests {
  /// Keeps values back with a key that is told by one digit.
  private static func masking(_ patterns: [String], key: Character = "1") -> Masking {
    Masking(patterns, dictionary: ComparatorTests.dictionary) { id, value in
      let sum = "\(id)\(value.canonical)".utf8.reduce(UInt64(7)) { $0 &* 31 &+ UInt64($1) }
      let digits = String(sum, radix: 16)
      let fingerprint = String(repeating: "0", count: 32 - digits.count) + digits
      return MaskedValue(key: String(repeating: key, count: 16), fingerprint: fingerprint)!
    }
  }

  private static func snapshot(
    _ values: [FactID: JSONValue], findings: [Finding] = [], setup: [GuideStep] = [], source: String = ""
  ) -> Snapshot {
    let facts = values.map { id, value in
      Fact(
        id, ComparatorTests.dictionary.definition(of: id)?.factClass ?? .state, value,
        source: Source(source.isEmpty ? .measured : .dotenv, source))
    }
    return Snapshot(
      tool: "0", project: "p", capturedAt: Date(timeIntervalSince1970: 0),
      observations: [Observation(probe: "box", facts: facts, findings: findings, setup: setup)])
  }

  private static func told(_ expected: Snapshot, _ actual: Snapshot, _ masking: Masking) -> [String] {
    let masked = masking.masked(expected, actual)
    let comparison = Comparator(ComparatorTests.dictionary).compare(
      expected: masked.expected, named: "old", actual: masked.actual, named: "now")
    return ComparatorTests.told(comparison) + ["\(comparison.confirmed) confirmed"]
  }

  @Test("The value of a masked fact, and of one that holds it, is nowhere in what is said")
  func hidden() throws {
    let name = "vault-7.internal"
    let snapshot = Self.snapshot(
      ["box.name": .string(name), "box.mode": .string("arn:\(name):x"), "box.head": "other", "box.operation": .null],
      findings: [
        Finding(
          "box.shut", .failure, "\(Untrusted("\(name):80")) is shut, \(Untrusted(name)) says",
          remedies: [Remedy(.run("open", name), "opens \(Untrusted(name))")])
      ], setup: [GuideStep(.export("BOX", name), "choose it")], source: "x-\(name)")
    let masked = Self.masking(["box.name", "box.operation"]).masked(snapshot)
    let text = masked.snapshot.json.canonical
    #expect(!text.contains(name))
    #expect(masked.snapshot.maskedFacts == ["box.name", "box.mode"])
    #expect(masked.snapshot.fact("box.head")?.value == "other")
    #expect(masked.snapshot.fact("box.operation")?.value == .null)
    let observation = try #require(masked.snapshot.observations.first)
    #expect(observation.findings.first?.message.terminal == "masked:80 is shut, masked says")
    #expect(observation.findings.first?.remedies.first?.command.bash == "open MASKED_BOX_NAME")
    #expect(observation.setup.first?.command.powershell == "$env:BOX = 'MASKED_BOX_NAME'")
    #expect(observation.setup.first?.description.plain == "choose it; masked, put in your own: MASKED_BOX_NAME")
    #expect(observation.facts.first?.source.detail == "x-masked")
    #expect(masked.texts.texts.map(\.text) == [name])
  }

  @Test("A text that means nothing by itself is replaced where it stands alone, and in its own area")
  func common() throws {
    let snapshot = Self.snapshot(
      ["box.version": 5432, "box.mode": "5432/tcp"],
      findings: [Finding("box.shut", .failure, "port \(5432) of \(Untrusted("a5432b:5432")) is shut")])
    let masked = Self.masking(["box.version"]).masked(snapshot)
    #expect(masked.snapshot.maskedFacts == ["box.version"])
    #expect(
      masked.snapshot.observations.first?.findings.first?.message.plain == "port masked of a5432b:masked is shut")
    #expect(masked.texts.hidden(in: Untrusted("5432")) == Untrusted("5432"))
  }

  @Test("What stands for a value is not looked through for another")
  func placeholders() throws {
    let (name, mode) = ("masked_app@vault-7.internal", "MASKED_BOX_NAME")
    let snapshot = Self.snapshot(
      ["box.name": .string(name), "box.head": "masked_app", "box.mode": .string(mode)],
      findings: [
        Finding(
          "box.shut", .failure, "as \(Untrusted(name)), \(Untrusted("role masked_app"))",
          remedies: [Remedy(.run("open", name, mode, "masked_app"), "opens it")])
      ])
    let masked = Self.masking(["box.name", "box.head", "box.mode"]).masked(snapshot).snapshot
    let finding = try #require(masked.observations.first?.findings.first)
    #expect(finding.message.plain == "as masked, role masked")
    #expect(finding.remedies.first?.command.bash == "open MASKED_BOX_NAME MASKED_BOX_MODE MASKED_BOX_HEAD")
  }

  @Test("Many masked values cost no more than their texts", .timeLimit(.minutes(1)))
  func many() {
    let count = 2_000
    let facts = (0..<count).map { number in
      Fact(
        FactID(stringLiteral: "box.name[c\(number)]"), .state,
        .string("registry.example.org/team/service-\(number):1.2"),
        source: Source(.measured))
    }
    let findings = (0..<count).map { number in
      Finding(
        "box.shut", .failure, "\(Untrusted("registry.example.org/team/service-\(number):1.2 of \(number)")) is shut",
        remedies: [Remedy(.run("open", "registry.example.org/team/service-\(number):1.2"), "opens it")])
    }
    let snapshot = Snapshot(
      tool: "0", project: "p", capturedAt: Date(timeIntervalSince1970: 0),
      observations: [Observation(probe: "box", facts: facts, findings: findings)])
    let masked = Self.masking(["box.name[*]"]).masked(snapshot)
    #expect(masked.snapshot.maskedFacts.count == count)
    #expect(masked.snapshot.observations.first?.findings.last?.message.plain == "masked of \(count - 1) is shut")
  }

  @Test("Equal is confirmed and another value is a change of the fact's class, whichever side was masked before")
  func compared() {
    let masking = Self.masking(["box.name", "box.head", "box.version"])
    let old = Self.snapshot(["box.name": "one", "box.head": "abc", "box.version": "15"])
    let new = Self.snapshot(["box.name": "two", "box.head": "def", "box.version": "16"])
    for recorded in [old, masking.masked(old).snapshot] {
      #expect(Self.told(recorded, old, masking) == ["3 confirmed"])
      #expect(
        Self.told(recorded, new, masking) == [
          "box.head changed note", "box.name changed failure", "box.version changed failure", "0 confirmed",
        ])
    }
    // Without the configuration that masked it, it stays masked, and two documents need no key.
    #expect(Self.told(masking.masked(old).snapshot, old, Self.masking([])) == ["3 confirmed"])
    #expect(
      Self.told(masking.masked(old).snapshot, masking.masked(new).snapshot, Self.masking([], key: "9"))
        == ["box.head changed note", "box.name changed failure", "box.version changed failure", "0 confirmed"])
  }

  @Test("With another key nothing is known, but whether there is a value")
  func otherKey() {
    let recorded = Self.masking(["box.name", "box.operation", "box.mode"]).masked(
      Self.snapshot(["box.name": "one", "box.operation": "rebase", "box.mode": "x"])
    ).snapshot
    let now = Self.snapshot(["box.name": "one", "box.operation": .null, "box.mode": "x"])
    #expect(
      Self.told(recorded, now, Self.masking([], key: "2")) == [
        "box.mode unknown unknown", "box.name unknown unknown", "box.operation changed note", "0 confirmed",
      ])
  }

  @Test(
    "A masked value is read only in the form that it is written in",
    arguments: ["masked:1:2", "masked", "x:\(String(repeating: "1", count: 16)):\(String(repeating: "2", count: 32))"])
  func form(text: String) {
    #expect(MaskedValue(parsing: text) == nil)
    let value = MaskedValue(key: String(repeating: "a", count: 16), fingerprint: String(repeating: "b", count: 32))
    #expect(value.flatMap { MaskedValue(parsing: $0.description) } == value)
  }
}
