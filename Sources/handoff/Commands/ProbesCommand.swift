import ArgumentParser
import HandoffModel
import HandoffProbes

/// `handoff probes`.
struct ProbesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probes",
    abstract: "Lists every fact and finding that the probes can report.",
    discussion: "Example:   handoff probes --format markdown")

  @Option(help: "Format of the list: terminal, json or markdown.")
  var format: OutputFormat = .terminal

  func run() throws {
    let dictionary = ProbeCatalog.dictionary
    switch format {
    case .terminal:
      let width = dictionary.facts.map(\.pattern.count).max() ?? 0
      for fact in dictionary.facts {
        Console.show(
          "\(fact.pattern.padded(width))  \(fact.factClass.rawValue.padded(8))  \(fact.meaning)")
      }
      Console.show("")
      for finding in dictionary.findings { Console.show("\(finding.id.padded(width))  \(finding.title)") }
    case .json:
      let facts = dictionary.facts.map { fact -> JSONValue in
        ["id": .string(fact.pattern), "class": .string(fact.factClass.rawValue), "meaning": .string(fact.meaning)]
      }
      let findings = dictionary.findings.map { finding -> JSONValue in
        ["id": .string(finding.id), "title": .string("\(finding.title)")]
      }
      Console.show(JSONValue.object(["facts": .array(facts), "findings": .array(findings)]).pretty())
    case .markdown:
      Console.show(ReferenceTables.facts(dictionary) + "\n" + ReferenceTables.findings(dictionary))
    }
  }
}

/// The tables of the README that are made of the catalog.
enum ReferenceTables {
  /// Facts with their classes and meanings.
  static func facts(_ dictionary: FactDictionary) -> String {
    "| fact | class | value |\n|---|---|---|\n"
      + dictionary.facts.map { "| `\($0.pattern)` | \($0.factClass.rawValue) | \($0.meaning) |\n" }.joined()
  }

  /// Findings with what they say.
  static func findings(_ dictionary: FactDictionary) -> String {
    "| finding | what it says |\n|---|---|\n"
      + dictionary.findings.map { "| `\($0.id)` | \($0.title) |\n" }.joined()
  }
}

extension String {
  func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
