import HandoffModel
import HandoffSystem
import HandoffText

/// What can be wrong with a repository's submodules, seen from outside.
enum GitSubmodules {
  /// The folders of submodules that `.gitmodules` names and that were not fetched, or that this user may not look into,
  /// relative to the top. Those that are
  /// said not to be updated (`update = none`, `active = false`), and those outside a sparse checkout, are left out.
  static func missing(
    _ repository: GitRepository, _ files: FileSystem, deadline: Deadline
  ) async -> (missing: [String], hidden: [String]) {
    let git = repository.git
    let depth = repository.prefix.utf8.filter { $0 == UInt8(ascii: "/") }.count
    let top = git.folder + "/" + String(repeating: "../", count: depth)
    guard files.kind(of: top + ".gitmodules") == .regular else { return ([], []) }
    async let listed = git.read(
      ["config", "-z", "--file", top + ".gitmodules", "--get-regexp", #"^submodule\..*\.(path|update)$"#],
      deadline: deadline)
    async let configured = git.read(
      ["config", "-z", "--get-regexp", #"^submodule\..*\.(active|update)$"#], deadline: deadline)
    let settings = await (entries(listed), entries(configured))
    let unwanted = (settings.0 + settings.1).filter { entry in
      entry.key == "update" ? entry.value == "none" : entry.key == "active" && entry.value == "false"
    }
    let names = Set(unwanted.map(\.name))
    let paths = settings.0.filter { $0.key == "path" && !names.contains($0.name) && GitReport.isSafePath($0.value) }
      .map(\.value)
    // What `.gitmodules` names and the index does not hold is no submodule.
    guard paths.contains(where: { files.kind(of: top + $0 + "/.git") == nil }) else { return ([], []) }
    let absent = paths.filter { files.kind(of: top + $0 + "/.git") == nil }
    let held = await git.read(
      ["ls-files", "-z", "-t", "--stage", "--full-name", "--"] + absent.map { ":(top,literal)" + $0 },
      deadline: deadline)
    guard held.succeeded else { return ([], []) }
    let links = held.standardOutput.split(separator: 0).filter {
      !$0.starts(with: "S ".utf8) && $0.dropFirst(2).starts(with: "160000 ".utf8)
    }
    .compactMap { $0.split(separator: UInt8(ascii: "\t"), maxSplits: 1).last }
    .map { String(decoding: $0, as: UTF8.self) }
    let submodules = absent.filter(links.contains).sorted()
    return (
      submodules.filter { !files.isForbidden("\(top)\($0)/.git") },
      submodules.filter { files.isForbidden("\(top)\($0)/.git") }
    )
  }

  /// `submodule.NAME.KEY`, a line end and the value, each ended by NUL.
  private static func entries(_ result: CommandResult) -> [(name: String, key: String, value: String)] {
    result.standardOutput.split(separator: 0).compactMap { entry in
      let text = String(decoding: entry, as: UTF8.self)
      guard let end = text.firstIndex(of: "\n"), text.hasPrefix("submodule.") else { return nil }
      let name = text[..<end].dropFirst("submodule.".count)
      guard let dot = name.lastIndex(of: ".") else { return nil }
      return (String(name[..<dot]), String(name[name.index(after: dot)...]), String(text[text.index(after: end)...]))
    }
  }

  static func findings(moved: [String], missing: [String], _ context: ProbeContext) -> [Finding] {
    var findings: [Finding] = []
    if !moved.isEmpty {
      findings.append(
        Finding(
          "git.submodule-moved", .warning,
          "\(ValueText.message(.strings(moved))): a submodule that is at another commit than the one committed here",
          remedies: update(moved, ["git", "submodule", "update", "--"], "goes to the commit that is committed here"),
          facts: ["git.changes"]))
    }
    if !missing.isEmpty {
      findings.append(
        Finding(
          "git.submodule-missing", .warning,
          "\(ValueText.message(.strings(missing))): a submodule that was not fetched",
          remedies: update(missing, ["git", "submodule", "update", "--init", "--"], "fetches it")))
    }
    return findings
  }

  private static func update(_ paths: [String], _ words: [String], _ text: Message) -> [Remedy] {
    let safe = paths.filter(GitReport.isSafePath).prefix(ValueText.membersNamed)
    return safe.isEmpty ? [] : [Remedy(.run(words + safe), text)]
  }
}
