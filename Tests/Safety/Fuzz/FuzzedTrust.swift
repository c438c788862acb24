import HandoffSystem

@testable import HandoffProject

/// The words of a command that `handoff.yml` declares, one a line: what of the project they name is hashed for trust.
enum FuzzedTrust: FuzzedParser {
  static func parse(_ input: [UInt8]) {
    let words = text(input).split(separator: "\n", omittingEmptySubsequences: false).prefix(24).map(String.init)
    let named = NamedFiles(root: FuzzFolder.path)
    let names = named.all(in: words)
    hold(Set(names.map { PathText($0) }).count == names.count, "a name is named once")
    hold(names.allSatisfy { !$0.utf8.starts(with: "/".utf8) }, "a name is relative to the project")
    let replaced = named.replaced(in: words) { _ in "/elsewhere" }
    hold(replaced.count == words.count, "a command keeps its words")
    hold(named.replaced(in: words, at: { _ in nil }) == words, "what stays where it is stays as it is")
  }
}
