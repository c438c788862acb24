/// A repository with a work tree, as it is seen from a folder in it.
public struct GitRepository: Sendable {
  /// The git command in that folder, with the repository's own content filters off.
  public let git: Git
  /// The git folder of this work tree, an absolute path.
  public let gitFolder: String
  /// The folder relative to the top of the work tree: empty, or with a slash at its end.
  public let prefix: String
  /// Whether the history was cut off.
  public let isShallow: Bool
  /// Whether files of the work tree can be compared without running a program of the repository's own configuration;
  /// a content filter whose name holds `=` cannot be switched off.
  public let canReadWorkTree: Bool
  /// The full name of the branch that HEAD is on: `refs/heads/main`; nil when HEAD is detached.
  public let headReference: String?
  /// The names of all settings, the user's and the repository's.
  private let settings: Set<String>

  /// Looks at the repository that a folder is in.
  /// - Throws: ``GitFailure`` when there is none, or git does not read it.
  public init(_ git: Git, deadline: Deadline) async throws(GitFailure) {
    async let layout = git.read(
      ["rev-parse", "--is-inside-work-tree", "--is-shallow-repository", "--show-prefix", "--absolute-git-dir"],
      deadline: deadline)
    async let symbolic = git.read(["symbolic-ref", "-q", "HEAD"], deadline: deadline)
    async let configuration = git.read(["config", "--list", "-z", "--show-scope", "--name-only"], deadline: deadline)
    let (answer, head, names) = await (layout, symbolic, configuration)
    guard answer.succeeded else { throw GitFailure(answer) }
    var lines = answer.standardOutput.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    guard lines.count >= 4 else { throw .noWorkTree }
    guard lines[0].elementsEqual("true".utf8) else { throw .noWorkTree }
    guard names.succeeded else { throw GitFailure(names) }
    guard head.succeeded || head.outcome == .exited(1) else { throw GitFailure(head) }
    isShallow = lines[1].elementsEqual("true".utf8)
    if lines.count == 4 {
      prefix = String(decoding: lines[2], as: UTF8.self)
      gitFolder = String(decoding: lines[3], as: UTF8.self)
    } else {
      // A path holds line ends: ask for one alone to know where the other ends.
      let alone = await git.read(["rev-parse", "--absolute-git-dir"], deadline: deadline)
      guard alone.succeeded else { throw GitFailure(alone) }
      let folder = alone.standardOutput.dropLast()
      gitFolder = String(decoding: folder, as: UTF8.self)
      let both = answer.standardOutput.dropLast(folder.count + 2)
      let start = lines[0].count + lines[1].count + 2
      prefix = String(decoding: both.dropFirst(start), as: UTF8.self)
    }
    headReference = head.succeeded ? head.text : nil
    let listing = Self.listing(names.standardOutput)
    settings = Set(listing.map(\.name))
    let filters = Self.localFilters(listing)
    canReadWorkTree = !filters.contains { $0.contains("=") }
    self.git = git.disabling(filters: filters.filter { !$0.contains("=") })
  }

  /// The names of settings as `git config --list -z --show-scope --name-only` prints them.
  private static func listing(_ output: [UInt8]) -> [(isOwn: Bool, name: String)] {
    let fields = output.split(separator: 0, omittingEmptySubsequences: false)
    return stride(from: 0, to: fields.count - 1, by: 2).map { index in
      let isOwn = fields[index].elementsEqual("local".utf8) || fields[index].elementsEqual("worktree".utf8)
      return (isOwn, String(decoding: fields[index + 1], as: UTF8.self))
    }
  }

  /// Whether there is a setting, the user's or the repository's.
  /// - Parameter name: the section and the key in small letters: `branch.Main.remote`.
  public func hasSetting(_ name: String) -> Bool { settings.contains(name) }

  /// The names of the content filters that the repository's own configuration defines, and of those of the user whose
  /// program it has settings for, `lfs.extension.NAME.clean`: they may name further programs.
  private static func localFilters(_ listing: [(isOwn: Bool, name: String)]) -> [String] {
    var (filters, sections, others): (Set<String>, Set<String>, Set<String>) = ([], [], [])
    for (isOwn, key) in listing {
      let name =
        key.hasPrefix("filter.") ? key.dropFirst(7).lastIndex(of: ".").map { String(key.dropFirst(7)[..<$0]) } : nil
      if let name {
        if isOwn { filters.insert(name) } else { others.insert(name) }
      } else if isOwn, let dot = key.firstIndex(of: "."), !Self.namesNoProgram(key[dot...]) {
        sections.insert(String(key[..<dot]))
      }
    }
    return filters.union(others.filter { sections.contains($0.lowercased()) }).sorted()
  }

  /// What git-lfs itself writes into a repository's configuration
  /// (https://github.com/git-lfs/git-lfs/blob/main/docs/man/git-lfs-config.adoc).
  private static func namesNoProgram(_ key: Substring) -> Bool {
    [".repositoryformatversion", ".access", ".locksverify", ".url", ".pushurl", ".fetchinclude", ".fetchexclude"]
      .contains(where: key.hasSuffix)
  }

  /// The operation that was begun and not finished, or nil. Read from the files that `git status` looks at.
  public func operation(_ files: FileSystem) -> GitOperation? {
    func has(_ name: String) -> Bool { files.kind(of: gitFolder + "/" + name) != nil }
    if has("rebase-merge") { return .rebase }
    if has("rebase-apply") { return has("rebase-apply/applying") ? .am : .rebase }
    if has("MERGE_HEAD") { return .merge }
    if has("CHERRY_PICK_HEAD") { return .cherryPick }
    if has("REVERT_HEAD") { return .revert }
    if let todo = try? files.readText(gitFolder + "/sequencer/todo") {
      return todo.hasPrefix("revert") ? .revert : .cherryPick
    }
    return has("BISECT_LOG") ? .bisect : nil
  }

  /// The branch that work goes on: the one that HEAD is on, or that a rebase or bisect under way will return to.
  public func branch(_ files: FileSystem) -> String? {
    let heads = "refs/heads/"
    if let name = headReference { return name.hasPrefix(heads) ? String(name.dropFirst(heads.count)) : name }
    for file in ["rebase-merge/head-name", "rebase-apply/head-name", "BISECT_START"] {
      guard let text = try? files.readText(gitFolder + "/" + file) else { continue }
      let name = text.prefix { !$0.isNewline }
      if name.hasPrefix(heads) { return String(name.dropFirst(heads.count)) }
      if file == "BISECT_START", !GitRepository.isCommitID(String(name)) { return String(name) }
    }
    return nil
  }

  /// Whether a text is the full id of a commit, SHA-1 or SHA-256, and so safe as an argument.
  public static func isCommitID(_ text: String) -> Bool {
    (text.utf8.count == 40 || text.utf8.count == 64)
      && text.utf8.allSatisfy { byte in
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
      }
  }
}

/// What git can be in the middle of.
public enum GitOperation: String, Hashable, Sendable, CaseIterable {
  case rebase
  case am
  case merge
  case cherryPick = "cherry-pick"
  case revert
  case bisect
}
