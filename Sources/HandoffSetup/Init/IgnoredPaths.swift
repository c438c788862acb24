import HandoffProject
import HandoffSystem
import HandoffText

/// Which lines `.gitignore` lacks, so that neither the virtual environment nor the dotenv file comes into the repository.
struct IgnoredPaths: Sendable {
  /// The lines that are missing, in the order in which they are to stand.
  private(set) var missing: [String] = []
  /// Lines that are not added, since a line of the repository says on purpose that the path is not ignored.
  private(set) var negated: [String] = []
  /// Whether git tracks the dotenv file.
  private(set) var tracksDotenv = false
  /// Whether the repository leaves out the file of examples, which is for others.
  private(set) var hidesExample = false

  /// Asks git what the repository's own `.gitignore` files leave out; what only this user or this clone ignores is not
  /// ignored for others. Without git the lines are compared.
  /// - Parameters:
  ///   - text: what stands in the project's `.gitignore`.
  ///   - example: the path of the file of examples.
  init(_ project: Project, _ text: String, example: String, host: Host, deadline: Deadline) async {
    let wanted = Self.wanted(project, host.files)
    let git = Git(in: project.root, host: host)
    guard host.files.nearestFolder(from: project.root, holding: ".git") != nil,
      let verdicts = await Self.verdicts(git, wanted + [example], deadline: deadline)
    else {
      missing = wanted.filter { !Self.stands($0, in: text) }
      return
    }
    for (line, verdict) in zip(wanted, verdicts) {
      switch verdict {
      case .ignored: continue
      case .negated: negated.append(line)
      case .open: missing.append(line)
      }
    }
    hidesExample = verdicts.last == .ignored
    let listed = await git.read(["ls-files", "-z", "--cached", "--", ":(literal).env"], deadline: deadline)
    tracksDotenv =
      listed.succeeded && listed.standardOutput.split(separator: 0).contains { $0.elementsEqual(".env".utf8) }
  }

  private static func wanted(_ project: Project, _ files: FileSystem) -> [String] {
    // A pattern with a slash at its end fits no link.
    let isLink = files.kind(of: project.root + "/.venv", followLinks: false) == .symbolicLink
    var wanted = [isLink ? ".venv" : ".venv/", ".env"]
    if let folder = project.python.settings?.environment?.value, ![".venv", ".env"].contains(folder),
      !folder.isEmpty, !PathText(folder).isAbsolute, !PathText(folder).climbs, folder.utf8.allSatisfy(isPlain),
      files.kind(of: project.root + "/" + folder, followLinks: false) == .folder
    {
      wanted.insert("/" + PathText(folder).shortened.text + "/", at: 1)
    }
    return wanted
  }

  private static func isPlain(_ byte: UInt8) -> Bool { byte.isWordOfASCII || "-./".utf8.contains(byte) }

  private enum Verdict { case ignored, negated, open }

  /// What the repository's own files say of each path.
  /// - Returns: nil where git cannot say.
  private static func verdicts(_ git: Git, _ lines: [String], deadline: Deadline) async -> [Verdict]? {
    let input = lines.flatMap { line -> [UInt8] in
      let path = line.hasPrefix("/") ? String(line.dropFirst()) : line
      return Array(path.utf8) + [0]
    }
    let answer = await git.read(
      [
        "-c", "core.excludesFile=/dev/null", "check-ignore", "--no-index", "--stdin", "-z", "--verbose",
        "--non-matching",
      ],
      input: input, deadline: deadline)
    // It ends with 1 where nothing is ignored.
    guard answer.outcome == .exited(0) || answer.outcome == .exited(1) else { return nil }
    // For each path: the file, the line's number, the pattern, the path (git-check-ignore, OUTPUT).
    let fields = answer.standardOutput.split(separator: 0, omittingEmptySubsequences: false).dropLast()
    guard fields.count == 4 * lines.count else { return nil }
    return lines.indices.map { index in
      let (source, pattern) = (fields[fields.startIndex + 4 * index], fields[fields.startIndex + 4 * index + 2])
      let file = PathText(String(decoding: source, as: UTF8.self))
      guard file.name == ".gitignore" else { return .open }
      return pattern.first == UInt8(ascii: "!") ? .negated : .ignored
    }
  }

  private static func stands(_ line: String, in text: String) -> Bool {
    func bare(_ line: some StringProtocol) -> String {
      line.trimmed.split(separator: "/").joined(separator: "/")
    }
    return TextLines.lines(of: text).contains { bare($0) == bare(line) }
  }
}
