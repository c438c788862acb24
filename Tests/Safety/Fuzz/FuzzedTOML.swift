@testable import HandoffProject

/// `pyproject.toml`, and what is taken from it.
enum FuzzedTOML: FuzzedParser {
  static func parse(_ input: [UInt8]) {
    let text = text(input)
    let reader = TOMLReader(text)
    for name in reader.names {
      guard let value = reader.value(name) else { fatalError("broken: each name has a value") }
      hold(depth(value) <= TOMLReader.deepest * 2, "values stand in each other to a limit")
    }
    hold(reader.visited <= text.utf8.count * (TOMLReader.deepest + 2), "a byte is looked at a limited number of times")
    // A comment and an empty line set nothing, and what is whole stays so.
    let more = TOMLReader(text + "\n# comment\n\n")
    if reader.isWhole { hold(more.isWhole && more.names == reader.names, "a comment changes nothing") }
  }

  private static func depth(_ value: TOMLReader.Value) -> Int {
    switch value {
    case .text, .flag, .other: 0
    case .list(let members): 1 + (members.map(depth).max() ?? 0)
    case .table(let members): 1 + (members.values.map(depth).max() ?? 0)
    }
  }
}
