import HandoffModel
import HandoffSystem
import HandoffText

/// How many paths `git status` shows, handoffs left out. A path that is staged and changed again counts in both.
struct GitChanges: Sendable, Hashable {
  var staged = 0
  var modified = 0
  /// Folders of which nothing is tracked count as one, as `git status` shows them.
  var untracked = 0
  var conflicted = 0
  /// The folders of submodules that are at another commit than the one committed here, relative to the top.
  var submodules: [String] = []

  var value: JSONValue {
    [
      "staged": .int(staged), "modified": .int(modified), "untracked": .int(untracked),
      "conflicted": .int(conflicted),
    ]
  }

  /// Counts. Submodules are looked at from outside: a moved one counts, what was edited in it does not.
  static func read(
    _ repository: GitRepository, _ handoffs: GitHandoffPaths?, deadline: Deadline
  ) async -> Result<GitChanges, GitFailure> {
    guard repository.canReadWorkTree else { return .failure(.contentFilter) }
    let result = await repository.git.read(
      [
        "status", "--porcelain=v2", "-z", "--no-renames", "--untracked-files=normal", "--ignore-submodules=dirty",
        "--ignored=no", "--", ":(top)",
      ] + (handoffs.map { [$0.others] } ?? []), deadline: deadline)
    guard result.succeeded else { return .failure(GitFailure(result)) }
    let (changes, modified) = count(result.standardOutput)
    if !repository.git.filtersOff.isEmpty, !modified.isEmpty,
      await areFiltered(modified, repository, deadline: deadline)
    {
      return .failure(.contentFilter)
    }
    return .success(changes)
  }

  /// Counts the entries of `git status --porcelain=v2 -z`, and gathers the paths whose content differs.
  private static func count(_ output: [UInt8]) -> (GitChanges, modified: [ArraySlice<UInt8>]) {
    var changes = GitChanges()
    var modified: [ArraySlice<UInt8>] = []
    for entry in output.split(separator: 0) {
      let letters = Array(entry.prefix(4))
      switch letters.first {
      case UInt8(ascii: "1"), UInt8(ascii: "2"):
        guard letters.count == 4 else { continue }
        if letters[2] != UInt8(ascii: ".") { changes.staged += 1 }
        if letters[3] != UInt8(ascii: ".") {
          changes.modified += 1
          // "1 XY sub mH mI mW hH hI path"
          let fields = entry.split(separator: UInt8(ascii: " "), maxSplits: 8)
          guard fields.count == 9 else { continue }
          modified.append(fields[8])
          if fields[2].starts(with: "SC".utf8) { changes.submodules.append(String(decoding: fields[8], as: UTF8.self)) }
        }
      case UInt8(ascii: "u"): changes.conflicted += 1
      case UInt8(ascii: "?"): changes.untracked += 1
      default: break
      }
    }
    return (changes, modified)
  }

  /// Whether one of these paths passes through a content filter that was switched off, so that it may not differ.
  private static func areFiltered(
    _ paths: [ArraySlice<UInt8>], _ repository: GitRepository, deadline: Deadline
  ) async -> Bool {
    // The paths are relative to the top, and so must the command be.
    let up = String(repeating: "../", count: repository.prefix.utf8.filter { $0 == UInt8(ascii: "/") }.count)
    var input: [UInt8] = []
    for path in paths { input += Array(up.utf8) + path + [0] }
    let result = await repository.git.read(
      ["check-attr", "--stdin", "-z", "filter"], input: input, deadline: deadline)
    guard result.succeeded else { return true }
    let fields = result.standardOutput.split(separator: 0, omittingEmptySubsequences: false)
    let off = Set(repository.git.filtersOff)
    return stride(from: 2, to: fields.count, by: 3).contains {
      off.contains(String(decoding: fields[$0], as: UTF8.self))
    }
  }
}

extension GitFailure {
  /// Files could not be compared, because a content filter of the repository's own configuration is not run.
  static let contentFilter = GitFailure.other(
    Untrusted("a content filter of this repository's own configuration is not run"))
}
