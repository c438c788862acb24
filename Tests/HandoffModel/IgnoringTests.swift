import Foundation
import HandoffModel
import HandoffText
import Testing

/// What an entry of `ignore` takes out of the verdict, and that it takes nothing else.
@Suite struct IgnoringTests {
  private static let old: [FactID: JSONValue] = [
    "box.name": "a", "box.mode": "x", "box.parts": ["one", "scratch1", "scratch2"], "box.part[one].state": "up",
    "box.part[one].speed": "fast", "box.packages": ["dull": "1", "sharp": "1"],
  ]

  private static func compare(
    _ changes: [FactID: JSONValue], without gone: [FactID] = [], findings: [Finding] = [], _ rules: IgnoreRule...
  ) -> Comparison {
    var new = old.merging(changes) { $1 }
    for id in gone { new[id] = nil }
    return Comparator(ComparatorTests.dictionary).ignoring(
      rules, in: ComparatorTests.compare(old, new, newFindings: findings))
  }

  private static func told(_ comparison: Comparison) -> [String] {
    comparison.ignored.map { ignored in
      switch ignored.matter {
      case .change(let change): "\(change.fact) \(change.kind) \(change.severity)"
      case .finding(let finding): finding.id
      }
    }
  }

  @Test("A rule for a fact takes its change, keeps its reason, and leaves the others")
  func fact() {
    let comparison = Self.compare(
      ["box.mode": "y", "box.name": "b"], IgnoreRule(fact: "box.mode", reason: "we are moving"))
    #expect(ComparatorTests.told(comparison) == ["box.name changed failure"])
    #expect(Self.told(comparison) == ["box.mode changed failure"])
    #expect(comparison.ignored.first?.rule.reason == "we are moving")
    #expect(comparison.status == .failure)
    #expect(Self.compare(["box.mode": "y"], IgnoreRule(fact: "box.m*", reason: "r")).status == .ok)
  }

  @Test(
    "Of a set or map only the members that fit are taken",
    arguments: ["box.parts[scratch*]", "box.part[scratch*].*", "box.part[scratch*]*"])
  func members(pattern: String) {
    let comparison = Self.compare(
      ["box.parts": []], without: ["box.part[one].state", "box.part[one].speed"],
      IgnoreRule(fact: pattern, reason: "experiments"))
    #expect(ComparatorTests.told(comparison) == ["box.parts gone failure"])
    #expect(comparison.changes.first?.expected == ["one"])
    #expect(comparison.changes.first?.message.plain.contains("scratch") == false)
    guard case .change(let ignored)? = comparison.ignored.first?.matter else {
      Issue.record("no change is ignored")
      return
    }
    #expect(ignored.expected == ["scratch1", "scratch2"])
    #expect(ignored.message.plain.contains("scratch1"))
  }

  @Test("A rule for one attribute of a member is none for the member")
  func attribute() {
    let comparison = Self.compare(
      ["box.parts": ["one"]], IgnoreRule(fact: "box.part[scratch*].state", reason: "r"))
    #expect(ComparatorTests.told(comparison) == ["box.parts gone failure"])
    #expect(comparison.ignored.isEmpty)
  }

  @Test("Of a map the keys that fit are taken, of whichever kind the change is")
  func map() {
    let comparison = Self.compare(
      ["box.packages": ["dull": "2", "sharp": "2"]], IgnoreRule(fact: "box.packages[dull]", reason: "r"))
    #expect(comparison.changes.map(\.expected) == [["sharp": "1"]])
    #expect(comparison.changes.map(\.actual) == [["sharp": "2"]])
    #expect(Self.told(comparison) == ["box.packages changed warning"])
  }

  @Test("A rule for a finding takes it and the change that is told in its words, and no other change of its facts")
  func finding() {
    let shut = Finding("box.shut", .failure, "the box is shut by \(Untrusted("x"))", facts: ["box.mode", "box.name"])
    let rule = IgnoreRule(finding: "box.shut", reason: "r")
    let state = Self.compare(["box.mode": "y"], findings: [shut], rule)
    #expect(state.status == .ok)
    #expect(Self.told(state) == ["box.mode changed failure", "box.shut"])
    let identity = Self.compare(["box.name": "b"], findings: [shut], rule)
    #expect(ComparatorTests.told(identity) == ["box.name changed failure"])
  }

  @Test("A rule with fact and finding needs both; a finding about several members needs all of them to fit")
  func both() {
    func finding(_ facts: FactID...) -> Finding { Finding("box.shut", .failure, "it is shut", facts: facts) }
    let rule = IgnoreRule(fact: "box.part[one].state", finding: "box.shut", reason: "r")
    let one = finding("box.part[one].state", "box.parts")
    #expect(Self.compare([:], findings: [one], rule).status == .ok)
    #expect(Self.compare([:], findings: [finding("box.part[two].state")], rule).status == .failure)
    #expect(
      Self.compare([:], findings: [finding("box.part[one].state", "box.part[two].state")], rule).status == .failure)
    #expect(Self.compare([:], findings: [finding()], rule).status == .failure)
    #expect(Self.compare(["box.part[one].state": "down"], rule).status == .failure)
  }

  @Test("An area that is lost is ignored with its cause")
  func lost() {
    let gone = Finding("box.gone", .failure, "there is no box", facts: ["box.*"])
    let comparison = Self.compare(
      [:], without: Array(Self.old.keys), findings: [gone], IgnoreRule(finding: "box.gone", reason: "r"))
    #expect(comparison.status == .ok)
    #expect(Self.told(comparison) == ["box.name gone failure", "box.gone"])
  }

  @Test("Rules that take nothing are named, where their area was looked at")
  func unused() {
    let rules = [
      IgnoreRule(fact: "box.mode", reason: "r"), IgnoreRule(fact: "box.name", reason: "r"),
      IgnoreRule(fact: "jar.name", reason: "r"), IgnoreRule(finding: "*.shut", reason: "r"),
    ]
    let comparison = Comparator(ComparatorTests.dictionary).ignoring(
      rules, in: ComparatorTests.compare(Self.old, Self.old.merging(["box.mode": "y"]) { $1 }))
    let actual = Snapshot(
      tool: "0", project: "p", capturedAt: Date(), observations: [Observation(probe: "box", facts: [])])
    #expect(Comparator.unused(rules, in: comparison, of: actual) == [rules[1], rules[3]])
  }

  @Test("A snapshot's status does not count what is ignored; an area of which nothing else is known is skipped")
  func snapshot() {
    func snapshot(_ facts: [Fact]) -> Snapshot {
      Snapshot(
        tool: "0", project: "p", capturedAt: Date(timeIntervalSince1970: 0),
        observations: [
          Observation(
            probe: "box", facts: facts, findings: [Finding("box.shut", .failure, "shut", facts: ["box.mode"])])
        ]
      ).ignoring([IgnoreRule(fact: "box.mode", reason: "r")])
    }
    let measured = snapshot([Fact("box.mode", .state, "x", source: Source(.measured))])
    #expect(measured.status == .ok)
    #expect(measured.observations[0].findings.isEmpty)
    #expect(measured.recorded.observations[0].findings.map(\.id) == ["box.shut"], "a document keeps it")
    #expect(measured.json["ignored"]?.array?.first?["reason"] == "r")
    #expect(snapshot([]).status == .skipped)
  }

  @Test(
    "A pattern fits the whole text, and a backslash takes a star as it is",
    arguments: [
      ("box.*", "box.part[x].y", true), ("box", "box.part", false), ("*[a*b].*", "p[axxb].s", true),
      ("*[a*b].*", "p[axxc].s", false), (#"p[a\*]"#, "p[a*]", true), (#"p[a\*]"#, "p[ab]", false), ("*", "", true),
      ("a*a*a*a*b", String(repeating: "a", count: 200), false),
    ])
  func patterns(pattern: String, id: String, fits: Bool) {
    let finding = Finding("box.shut", .failure, "shut", facts: [FactID(id)])
    let snapshot = Snapshot(
      tool: "0", project: "p", capturedAt: Date(),
      observations: [Observation(probe: "box", facts: [], findings: [finding])])
    #expect((snapshot.ignoring([IgnoreRule(fact: pattern, reason: "r")]).status == .skipped) == fits)
    let exact = IgnoreRule(fact: IgnoreRule.pattern(exactly: id), reason: "r")
    #expect(snapshot.ignoring([exact]).status == .skipped)
  }
}
