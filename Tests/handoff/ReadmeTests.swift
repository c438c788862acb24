import ArgumentParser
import Foundation
import HandoffDocument
import HandoffModel
import HandoffProbes
import HandoffProject
import HandoffTestSupport
import Testing
import Yams

@testable import handoff

/// The README's tables are those of the code. With HANDOFF_RECORD=1 they are written anew, and the test fails.
@Suite struct ReadmeTests {
  static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../README.md").standardizedFileURL

  static let tables: [(name: String, header: String, rows: [String])] = [
    (
      "commands", "| command | what it does |\n|---|---|\n",
      HandoffCommand.configuration.subcommands.map {
        "| `handoff \($0.configuration.commandName ?? "")` | \($0.configuration.abstract) |"
      }
    ),
    (
      "exits", "| exit status | meaning |\n|---|---|\n",
      ExitStatus.allCases.map { "| \($0.rawValue) | \($0.meaning) |" }
    ),
    (
      "configuration", "| key | what it is | without it |\n|---|---|---|\n",
      Configuration.keys.map { "| `\($0.path)` | \($0.meaning) | \($0.without) |" }
    ),
    (
      "template", "| name | what it gives |\n|---|---|\n",
      TemplateName.reference.map { "| `\($0.path)` | \($0.name.meaning) |" }
    ),
    (
      "facts", "| fact | class | value |\n|---|---|---|\n",
      ProbeCatalog.dictionary.facts.map { "| `\($0.pattern)` | \($0.factClass.rawValue) | \($0.meaning) |" }
    ),
    ("matrix", "| rows | breaking | quiet |\n|---|---:|---:|\n", matrix),
    (
      "findings", "| finding | what it says |\n|---|---|\n",
      ProbeCatalog.dictionary.findings.map { "| `\($0.id)` | \($0.title) |" }
    ),
  ]

  /// How many rows each file of the matrix has: those that break something, and those in which nothing is wrong.
  static let matrix: [String] = {
    let folder = path.deletingLastPathComponent().appendingPathComponent("Tests/Matrix/rows")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    var totals = (breaking: 0, quiet: 0)
    let rows = names.filter { $0.hasSuffix(".yml") }.sorted().map { name -> String in
      let text = (try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)) ?? ""
      var rows =
        (try? Yams.compose(yaml: text))??.mapping.map { Dictionary($0.map { ($0.string ?? "", $1) }) { $1 } } ?? [:]
      let defaults = rows.removeValue(forKey: "defaults")
      if rows.isEmpty { return "| \(name): cannot be read |" }
      let quiet = rows.values.count { ($0["quiet"] ?? defaults?["quiet"])?.bool == true }
      totals.breaking += rows.count - quiet
      totals.quiet += quiet
      return "| \(name.dropLast(4)) | \(rows.count - quiet) | \(quiet) |"
    }
    return rows + ["| all | \(totals.breaking) | \(totals.quiet) |"]
  }()

  @Test("Each table holds exactly what the code has", arguments: tables.map(\.name))
  func table(name: String) throws {
    let table = try #require(Self.tables.first { $0.name == name })
    let expected = "<!-- table:\(name) -->\n\(table.header)\(table.rows.joined(separator: "\n"))\n<!-- end:\(name) -->"
    let text = try String(contentsOf: Self.path, encoding: .utf8)
    let pattern = try Regex("(?s)<!-- table:\(name) -->.*<!-- end:\(name) -->")
    let range = try #require(text.firstRange(of: pattern), "the README has no table \(name)")
    if ProcessInfo.processInfo.environment["HANDOFF_RECORD"] != nil {
      try text.replacingCharacters(in: range, with: expected).write(to: Self.path, atomically: true, encoding: .utf8)
      Issue.record("the table \(name) was written anew; read it and run again without HANDOFF_RECORD")
      return
    }
    #expect(String(text[range]) == expected)
  }

  @Test("No fact or finding is defined twice, and every id has the form that other tools rely on")
  func ids() throws {
    let facts = ProbeCatalog.dictionary.facts.map(\.pattern)
    let findings = ProbeCatalog.dictionary.findings.map(\.id)
    #expect(Set(facts).count == facts.count)
    #expect(Set(findings).count == findings.count)
    for id in findings { #expect(id.wholeMatch(of: /[a-z]+\.[a-z]+(-[a-z0-9]+)*/) != nil) }
    for id in facts where id != "check[*]" && id != "command[*]" {
      #expect(id.wholeMatch(of: /[a-z]+\.[A-Za-z.]+(\[\*\](\.[A-Za-z]+)?)?/) != nil)
    }
  }

  @Test(
    "The examples are documents of this version, as the tool wrote them, and show no path of the machine",
    arguments: [
      "healthy", "broken",
    ])
  func examples(name: String) throws {
    let file = Self.path.deletingLastPathComponent().appendingPathComponent("handoffs/examples/\(name).md")
    let text = try String(contentsOf: file, encoding: .utf8)
    let document = try parse(text)
    #expect(!document.edited)
    #expect(document.handoff.snapshot.tool == HandoffCommand.version)
    #expect((document.handoff.snapshot.status == .failure) == (name == "broken"))
    for folder in ["/tmp", "/home/", "/root", "/Users/", "/var/", "/private/"] { #expect(!text.contains(folder)) }
    let readme = try String(contentsOf: Self.path, encoding: .utf8)
    #expect(readme.contains("handoffs/examples/\(name).md"))
  }
}
