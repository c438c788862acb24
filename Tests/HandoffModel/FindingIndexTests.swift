import Foundation
import HandoffText
import Testing

@testable import HandoffModel

@Suite struct FindingIndexTests {
  /// Ids of members that hold brackets, points, stars and marks, and of areas that begin alike.
  private static let ids = [
    "docker.containers", "docker.container[web].state", "docker.container[web].health", "docker.container[db].state",
    "docker.container[a].b].state", "docker.container[a[*].b].state", "docker.container[*].state", "docker.engine",
    "docker.container[web]", "docker.container[é].state", "docker.container[e\u{301}].state", "docker.*x",
    "docker.container[\u{301}].state", "postgres.rows[a.b]", "postgres.rows[a].*", "postgres[a].rows[a.b]",
    "postgres[a].tables", "postgres.tables", "check[api]", "check[api].x", "check[*]", "docker", "",
  ].map { FactID($0) }

  private static let patterns = [
    "docker.*", "docker.container[*].*", "docker.container[*].state", "docker.container[web].*",
    "docker.container[a].*", "docker.container[a].b].*", "docker.container[a[*].*", "docker.container[é].*",
    "docker.container[e\u{301}].*", "postgres.*", "postgres[a].*", "postgres.rows[*]", "postgres[a].rows[*]",
    "check[api].*", "check[*]", "docker.other[*].state", "docker.container[*]", ".*", "*", "[*]", "[*].*",
  ].map { FactID($0) }

  @Test("The findings that name a fact are those that say so themselves, in their order")
  func naming() {
    let all = Self.ids + Self.patterns
    let findings =
      all.enumerated().map { Finding("one.\($0)", .warning, "one", facts: [$1]) }
      + all.enumerated().map { Finding("two.\($0)", .failure, "two", facts: [$1, all[($0 + 7) % all.count], $1]) }
      + [Finding("three", .unknown, "three")]
    let index = FindingIndex(findings)
    for id in all {
      let named = findings.filter { $0.names(id) }
      #expect(named.contains { $0.facts == [id] })
      #expect(index.naming(id).map(\.id) == named.map(\.id), "\(id)")
    }
  }

  @Test("The findings that no change tells are those of which none says so")
  func untold() {
    let facts = Self.ids + Self.patterns
    let severities: [Change.Severity] = [.note, .warning, .unknown, .failure]
    let changes = Self.ids.enumerated().map { number, id in
      Change(
        fact: id, factClass: .state, kind: .changed, severity: severities[number % 4], expected: "a", actual: "b",
        message: "what \(number) is; was \(Untrusted("a"))")
    }
    let statuses: [Status] = [.warning, .unknown, .failure]
    let findings = facts.enumerated().map { number, id in
      Comparison.DatedFinding(
        Finding("x.y", statuses[number % 3], number % 5 == 0 ? "what \(number)" : "other", facts: [id]),
        since: number % 2 == 0 ? .now : .before)
    }
    let side = Comparison.Side(name: "s", capturedAt: .init(timeIntervalSince1970: 0))
    let comparison = Comparison(expected: side, actual: side, confirmed: 0, changes: changes, findings: findings)
    let untold = findings.filter { dated in !changes.contains { $0.tells(dated) } }
    #expect(comparison.untold == untold)
    #expect(!untold.isEmpty && untold.count < findings.count)
  }
}
