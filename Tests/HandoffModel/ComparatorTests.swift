import Foundation
import HandoffModel
import HandoffText
import Testing

/// What each class of fact means when it differs.
@Suite struct ComparatorTests {
  static let dictionary = FactDictionary(
    facts: [
      FactDefinition("box.name", .identity, title: "name", isHead: true, meaning: ""),
      FactDefinition("box.version", .state, order: .higherIsBetter, title: "version", meaning: ""),
      FactDefinition("box.mode", .state, title: "mode", meaning: ""),
      FactDefinition("box.place", .state, title: "place", backedBy: "box.version", meaning: ""),
      FactDefinition("box.failed", .state, order: .fewerIsBetter, title: "failed", meaning: ""),
      FactDefinition("box.operation", .state, order: .absentIsBetter, title: "operation", meaning: ""),
      FactDefinition("box.follows", .state, order: .presentIsBetter, title: "follows", meaning: ""),
      FactDefinition("box.ahead", .progress, title: "ahead", dependsOn: "box.follows", meaning: ""),
      FactDefinition("box.parts", .set, title: "parts", meaning: ""),
      FactDefinition(
        "box.part[*].state", .state, order: .ranked([["up"], ["slow"], ["down", "gone"]]), title: "state",
        memberOf: "box.parts", meaning: ""),
      FactDefinition(
        "box.part[*].speed", .state, title: "speed", memberOf: "box.parts", dependsOn: "box.part[*].state", meaning: ""),
      FactDefinition("box.packages", .map, title: "packages", meaning: ""),
      FactDefinition("box.head", .progress, title: "head", meaning: ""),
      FactDefinition("box.size", .volatile, title: "size", meaning: ""),
    ],
    findings: [FindingDefinition("box.gone", "the box is gone"), FindingDefinition("box.shut", "the box is shut")])

  static func compare(
    _ old: [FactID: JSONValue], _ new: [FactID: JSONValue], oldFindings: [Finding] = [], newFindings: [Finding] = []
  ) -> Comparison {
    func snapshot(_ values: [FactID: JSONValue], _ findings: [Finding]) -> Snapshot {
      let facts = values.map { id, value in
        Fact(id, dictionary.definition(of: id)?.factClass ?? .state, value, source: Source(.measured))
      }
      return Snapshot(
        tool: "0", project: "p", capturedAt: Date(timeIntervalSince1970: 0),
        observations: [Observation(probe: "box", facts: facts, findings: findings)])
    }
    return Comparator(dictionary).compare(
      expected: snapshot(old, oldFindings), named: "old", actual: snapshot(new, newFindings), named: "now")
  }

  /// One change as `fact kind severity`.
  static func told(_ comparison: Comparison) -> [String] {
    comparison.changes.map { "\($0.fact) \($0.kind) \($0.severity)" }
  }

  @Test(
    "A differing value is as bad as its class and order say",
    arguments: [
      ("box.name", "a", "b", "failure"), ("box.version", "15.9", "15.18", "note"),
      ("box.version", "15.18", "15.9", "failure"), ("box.version", "9.1.0", "9.1.0rc1", "failure"),
      ("box.mode", "x", "y", "failure"), ("box.failed", ["a", "b"], ["a"], "note"),
      ("box.failed", ["a"], ["b"], "failure"), ("box.operation", "rebase", .null, "note"),
      ("box.operation", .null, "rebase", "failure"), ("box.follows", .null, "a", "note"),
      ("box.follows", "a", .null, "failure"), ("box.follows", "a", "b", "failure"), ("box.head", "abc", "def", "note"),
    ] as [(FactID, JSONValue, JSONValue, String)])
  func severity(id: FactID, old: JSONValue, new: JSONValue, severity: String) {
    let comparison = Self.compare([id: old], [id: new])
    #expect(Self.told(comparison) == ["\(id) changed \(severity)"])
    #expect(comparison.confirmed == 0)
    #expect(comparison.changes.first?.expected == old)
    #expect(comparison.changes.first?.actual == new)
  }

  @Test("Equal values are confirmed, and volatile ones are neither confirmed nor compared")
  func equal() {
    let comparison = Self.compare(
      ["box.name": "a", "box.parts": ["x"], "box.size": 1], ["box.name": "a", "box.parts": ["x"], "box.size": 2])
    #expect(comparison.changes.isEmpty)
    #expect(comparison.confirmed == 2)
    #expect(comparison.status == .ok)
  }

  @Test("An empty list of what is to be mended says as much as no list, unless nobody could look")
  func emptyList() {
    for id in ["box.failed", "box.head"] as [FactID] {
      #expect(Self.told(Self.compare([id: []], [:])) == [])
      #expect(Self.told(Self.compare([:], [id: []])) == [])
      let unknown = Finding("box.shut", .unknown, "shut", facts: [id])
      #expect(Self.told(Self.compare([id: []], [:], newFindings: [unknown])) == ["\(id) unknown unknown"])
    }
    #expect(Self.told(Self.compare(["box.failed": ["a"]], [:])) == ["box.failed gone failure"])
  }

  @Test("What depends on a fact that differs stays silent, in whatever way it differs itself")
  func dependent() {
    let up: [FactID: JSONValue] = ["box.parts": ["a"], "box.part[a].state": "up", "box.part[a].speed": "high"]
    for speed in ["low", nil] as [JSONValue?] {
      let comparison = Self.compare(
        up,
        ["box.parts": ["a"], "box.part[a].state": "down"].merging(speed.map { ["box.part[a].speed": $0] } ?? [:]) { $1 }
      )
      #expect(Self.told(comparison) == ["box.part[a].state changed failure"])
    }
    let slow = Self.compare(up, up.merging(["box.part[a].speed": "low"]) { $1 })
    #expect(Self.told(slow) == ["box.part[a].speed changed failure"])
  }

  @Test("What depends on a fact of the area itself stays silent when that one differs")
  func dependentOfTheArea() {
    let old: [FactID: JSONValue] = ["box.follows": "a", "box.ahead": 0]
    #expect(
      Self.told(Self.compare(old, ["box.follows": .null, "box.ahead": .null])) == ["box.follows changed failure"])
    #expect(Self.told(Self.compare(old, ["box.follows": "a", "box.ahead": 1])) == ["box.ahead changed note"])
  }

  @Test("What another fact backs is a warning while that one is as it was, and a failure otherwise")
  func backed() {
    let old: [FactID: JSONValue] = ["box.place": "a", "box.version": "3"]
    let moved = Self.compare(old, ["box.place": "b", "box.version": "3"])
    #expect(Self.told(moved) == ["box.place changed warning"])
    #expect(moved.status == .warning)
    #expect(
      Self.told(Self.compare(old, ["box.place": "b", "box.version": "2"])).sorted()
        == ["box.place changed failure", "box.version changed failure"])
    // Neither a version that nobody recorded nor one that nobody measured backs anything.
    #expect(Self.told(Self.compare(["box.place": "a"], ["box.place": "b"])) == ["box.place changed failure"])
    #expect(Self.told(Self.compare(old, ["box.place": "b"])).contains("box.place changed failure"))
  }

  @Test("A number of progress that cannot be had is told by the finding that says why, and by no change")
  func progressThatCannotBeHad() {
    let old: [FactID: JSONValue] = ["box.follows": "a", "box.ahead": 0]
    let new: [FactID: JSONValue] = ["box.follows": "a", "box.ahead": .null]
    let finding = Finding("box.shut", .warning, "shut", facts: ["box.ahead"])
    #expect(Self.told(Self.compare(old, new)) == ["box.ahead changed note"])
    let told = Self.compare(old, new, newFindings: [finding])
    #expect(told.changes.isEmpty)
    #expect(told.confirmed == 1)
    #expect(Self.compare(new, old, oldFindings: [finding]).changes.isEmpty)
  }

  @Test(
    "A set tells gone and added members apart, each holding only the members concerned, and their facts stay silent")
  func sets() {
    let comparison = Self.compare(
      ["box.parts": ["a", "b", "c"], "box.part[a].state": "up", "box.part[b].state": "up", "box.part[c].state": "up"],
      [
        "box.parts": ["b", "c", "d"], "box.part[b].state": "down", "box.part[c].state": "up", "box.part[d].state": "up",
      ])
    #expect(
      Self.told(comparison) == [
        "box.part[b].state changed failure", "box.parts gone failure", "box.parts added note",
      ])
    #expect(comparison.changes[1].expected == ["a"] && comparison.changes[1].actual == nil)
    #expect(comparison.changes[2].expected == nil && comparison.changes[2].actual == ["d"])
    #expect(comparison.confirmed == 1)
  }

  @Test("A ranked state is a failure when worse and a note when better or equal in rank")
  func ranked() {
    let old: [FactID: JSONValue] = ["box.parts": ["a"], "box.part[a].state": "slow"]
    func now(_ state: JSONValue) -> [String] {
      Self.told(Self.compare(old, ["box.parts": ["a"], "box.part[a].state": state]))
    }
    #expect(now("up") == ["box.part[a].state changed note"])
    #expect(now("gone") == ["box.part[a].state changed failure"])
    #expect(now("never heard of") == ["box.part[a].state changed failure"])
  }

  @Test("A map's keys are a set, and a changed value is a warning")
  func maps() {
    let comparison = Self.compare(
      ["box.packages": ["a": "1", "b": "1", "c": "1"]], ["box.packages": ["b": "2", "c": "1", "d": "1"]])
    #expect(
      Self.told(comparison) == [
        "box.packages gone failure", "box.packages added note", "box.packages changed warning",
      ])
    #expect(comparison.changes[2].expected == ["b": "1"])
    #expect(comparison.changes[2].actual == ["b": "2"])
  }

  @Test("A lost area is one change on its head fact, with the cause's message and remedies")
  func lostArea() {
    let remedy = Remedy(.run("box", "open"), "open it")
    let cause = Finding("box.shut", .failure, "the lid is on", remedies: [remedy])
    let comparison = Self.compare(
      ["box.name": "a", "box.mode": "x", "box.parts": ["p"]], ["box.mode": "y"], newFindings: [cause])
    #expect(Self.told(comparison) == ["box.name gone failure"])
    #expect(comparison.confirmed == 0)
    #expect(comparison.changes[0].actual == nil)
    #expect(comparison.changes[0].message.plain.hasPrefix("the lid is on"))
    #expect(comparison.changes[0].remedies == [remedy])
  }

  @Test("An area that could not be looked at is unknown, never gone")
  func unknownArea() {
    let comparison = Self.compare(
      ["box.name": "a", "box.mode": "x"], [:],
      newFindings: [Finding("box.timeout", .unknown, "no answer", facts: ["box.*"])])
    #expect(Self.told(comparison) == ["box.name unknown unknown"])
    #expect(comparison.status == .unknown)
  }

  @Test("A fact that could not be measured is unknown, and one that is absent without a reason is gone")
  func unknownFact() {
    let old: [FactID: JSONValue] = ["box.name": "a", "box.parts": ["p"], "box.part[p].state": "up", "box.mode": "x"]
    let comparison = Self.compare(
      old, ["box.name": "a"], newFindings: [Finding("box.slow", .unknown, "too slow", facts: ["box.parts"])])
    #expect(Self.told(comparison) == ["box.mode gone failure", "box.parts unknown unknown"])
  }

  @Test("A finding is dated by whether the handoff had it, and a missing sentence is the definition's")
  func dating() {
    let comparison = Self.compare(
      ["box.name": "a"], ["box.name": "a"],
      oldFindings: [Finding("box.shut", .failure, "old words")],
      newFindings: [Finding("box.shut", .failure, Message()), Finding("box.gone", .warning, "new words")])
    #expect(comparison.findings.map { "\($0.finding.id) \($0.since)" } == ["box.shut before", "box.gone now"])
    #expect(comparison.findings[0].finding.message.plain == "the box is shut")
    #expect(comparison.status == .failure)
    #expect(comparison.withoutOldFindings.status == .warning)
  }

  @Test("An area that was not asked for is neither confirmed nor changed")
  func notAsked() {
    let date = Date(timeIntervalSince1970: 0)
    let fact = Fact("box.name", .identity, "a", source: Source(.measured))
    let old = Snapshot(
      tool: "0", project: "p", capturedAt: date, observations: [Observation(probe: "box", facts: [fact])])
    let new = Snapshot(tool: "0", project: "p", capturedAt: date, observations: [])
    let comparison = Comparator(Self.dictionary).compare(expected: old, named: "old", actual: new, named: "now")
    #expect(comparison.changes.isEmpty)
    #expect(comparison.confirmed == 0)
  }

  @Test("A change tells what a finding about its fact says only where it is no less severe")
  func telling() throws {
    let missing = Finding("box.gone", .failure, "a part is missing", facts: ["box.packages"])
    let comparison = Self.compare(
      ["box.name": "x", "box.packages": ["a": "1"]], ["box.name": "x", "box.packages": ["a": "2"]],
      newFindings: [missing])
    let change = try #require(comparison.changes.first)
    let dated = try #require(comparison.findings.first)
    #expect(change.severity == .warning)
    #expect(!change.tells(dated))
    #expect(change.tells(.init(Finding("box.gone", .warning, "other", facts: ["box.packages"]), since: .now)))
    #expect(!change.tells(.init(Finding("box.gone", .warning, "other", facts: ["box.packages"]), since: .before)))
    #expect(!change.tells(.init(Finding("box.gone", .warning, "other", facts: ["box.mode"]), since: .now)))
  }

  @Test("A failure has a way back: of its finding, else of its fact, else a look")
  func waysBack() {
    let look = GuideStep(.run("look"), "looks")
    func remedies(_ wayBack: [FactID: [Remedy]], _ findings: [Finding] = []) -> [String] {
      let date = Date(timeIntervalSince1970: 0)
      func snapshot(_ mode: JSONValue, _ wayBack: [FactID: [Remedy]], _ findings: [Finding]) -> Snapshot {
        let facts = [
          Fact("box.name", .identity, "x", source: Source(.measured)),
          Fact("box.version", .state, mode, source: Source(.measured)),
        ]
        return Snapshot(
          tool: "0", project: "p", capturedAt: date,
          observations: [
            Observation(probe: "box", facts: facts, findings: findings, verification: [look], wayBack: wayBack)
          ])
      }
      return Comparator(Self.dictionary).compare(
        expected: snapshot("2", [:], []), named: "old", actual: snapshot("1", wayBack, findings), named: "now"
      ).changes.flatMap(\.remedies).map(\.command.bash)
    }
    let back: [FactID: [Remedy]] = ["box.version": [Remedy(.run("back"), "goes back")]]
    let finding = Finding(
      "box.shut", .failure, "shut", remedies: [Remedy(.run("open"), "opens")], facts: ["box.version"])
    #expect(remedies([:]) == ["look"])
    #expect(remedies(back) == ["back"])
    #expect(remedies(back, [finding]) == ["open"])
  }

  @Test("An area that is there now is a note that says whether it was looked at before")
  func found() {
    let date = Date(timeIntervalSince1970: 0)
    func snapshot(_ observations: [Observation]) -> Snapshot {
      Snapshot(tool: "0", project: "p", capturedAt: date, observations: observations)
    }
    let fact = Fact("box.name", .identity, "a", source: Source(.measured))
    let new = snapshot([Observation(probe: "box", facts: [fact])])
    let unused = Observation(probe: "box", facts: [], findings: [Finding("box.gone", .skipped, "not used")])
    for (before, words) in [([unused], "and was not when"), ([], "and was not looked at when")] {
      let comparison = Comparator(Self.dictionary).compare(
        expected: snapshot(before), named: "old", actual: new, named: "now")
      #expect(Self.told(comparison) == ["box.name added note"])
      #expect(comparison.changes.first?.message.plain.contains(words) == true)
    }
  }

  @Test("An area that its user switched off since is a note, not a loss")
  func switchedOff() {
    let comparison = Self.compare(
      ["box.name": "a"], [:], newFindings: [Finding("box.not-used", .skipped, "switched off in handoff.yml")])
    #expect(Self.told(comparison) == ["box.name gone note"])
    #expect(comparison.status == .ok)
  }
}
