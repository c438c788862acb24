public import HandoffSystem
import HandoffText

/// What a project's requirements files ask for, as pip reads them
/// (https://pip.pypa.io/en/stable/reference/requirements-file-format/).
///
/// Only names, versions and markers are kept: of a requirement with a URL its name, and of the options nothing, since
/// they can hold passwords.
public struct Requirements: Sendable {
  /// A requirement or a constraint.
  public struct Line: Sendable, Hashable {
    /// The file in which it stands, relative to the root.
    public let file: String
    /// The line at which it begins, from 1.
    public let line: Int
    /// The requirement without comments and options: `requests[socks]>=2; python_version < "3.13"`.
    public let text: String
    /// Whether it only says which version, if the distribution is asked for elsewhere.
    public let isConstraint: Bool
    /// The file that pip is given, which is another one where that one includes this.
    public let given: String
  }

  /// The requirements in the order in which pip reads them.
  public private(set) var lines: [Line] = []
  /// The text of `pyproject.toml`, if there is one.
  public private(set) var pyproject: String?
  /// The text of `setup.cfg`, if there is one.
  public private(set) var setupConfiguration: String?
  /// The text of `setup.py`, if there is one. It is never run.
  public private(set) var setupProgram: String?
  /// The text of `Pipfile`, if there is one and no requirements file beside it.
  public private(set) var pipfile: String?
  /// The minor versions of Python that `.python-version` names: `3.12`; empty where it names something else.
  public private(set) var pythonVersions: [String] = []
  /// Files that were named and could not be read.
  public private(set) var unreadable: [UnreadableFile] = []

  private let root: String
  private let boundary: String
  private let files: FileSystem
  /// What was read, as what.
  private var seen: Set<Reading> = []
  private var isFull = false

  private struct Reading: Hashable {
    let path: PathText
    let asConstraint: Bool
  }

  /// How many files are read.
  private static let limit = 64

  /// Reads requirements files and those that they include.
  /// - Parameters:
  ///   - names: the files, relative to the root.
  ///   - root: the project's folder. What is included from outside of it, or of the repository that it is in, is not read.
  ///   - isProject: whether what the project itself depends on is read, too.
  public init(of names: [String], root: String, files: FileSystem, isProject: Bool = true) {
    self.root = root
    self.files = files
    let boundary = files.nearestFolder(from: root, holding: ".git") ?? root
    self.boundary = files.realPath(boundary) ?? boundary
    for name in names { read(name, given: name, asConstraint: false) }
    switch FileLook("pyproject.toml", root: root, files: files) {
    case .absent: break
    case .unreadable(let file): unreadable.append(file)
    case .text(let text):
      pyproject = text
      for name in isProject ? Self.dynamicFiles(in: text) : [] {
        read(name, given: "pyproject.toml", asConstraint: false)
      }
    }
    setupProgram = FileLook("setup.py", root: root, files: files).text
    setupConfiguration = FileLook("setup.cfg", root: root, files: files).text
    if names.isEmpty { pipfile = FileLook("Pipfile", root: root, files: files).text }
    if let text = FileLook(".python-version", root: root, files: files).text {
      pythonVersions = Self.versions(text)
    }
  }

  private mutating func read(_ path: String, given: String, asConstraint: Bool) {
    let full = PathText(root).appending(path)
    let reading = Reading(path: full, asConstraint: asConstraint)
    guard !seen.contains(reading) else { return }
    guard seen.count < Self.limit else {
      if !isFull {
        let reason: Message = "is one of too many files of requirements, and is not read, nor are those behind it"
        unreadable.append(UnreadableFile(path: path, .other, reason))
      }
      isFull = true
      return
    }
    seen.insert(reading)
    if let real = files.realPath(full.text), !PathText(real).isBelow(boundary) {
      unreadable.append(UnreadableFile(path: path, .other, "stands outside of the project and is not read"))
      return
    }
    switch FileLook(path, root: root, files: files, readsUTF16: true) {
    case .absent:
      unreadable.append(UnreadableFile(path: given, .mistake, "asks for \(Untrusted(path)), which is not there"))
    case .unreadable(let file): unreadable.append(file)
    case .text(let text):
      for (number, line) in Self.logicalLines(of: text) {
        take(line, number, of: path, given: given, asConstraint: asConstraint)
      }
    }
  }

  private mutating func take(_ line: String, _ number: Int, of path: String, given: String, asConstraint: Bool) {
    if line.hasPrefix("-") {
      guard let (target, isConstraint) = Self.inclusion(line), !target.contains("://") else { return }
      // `a/../b` as `b`, so that a file has one name.
      let place = PathText(target).isAbsolute ? target : PathText(path).folder.appending(target).shortened.text
      read(place, given: given, asConstraint: asConstraint || isConstraint)
    } else if let text = Self.requirement(line) {
      lines.append(Line(file: path, line: number, text: text, isConstraint: asConstraint, given: given))
    }
  }

  // MARK: Text

  /// The files that setuptools takes the dependencies of `pyproject.toml` from
  /// (https://setuptools.pypa.io/en/latest/userguide/pyproject_config.html#dynamic-metadata).
  static func dynamicFiles(in pyproject: String) -> [String] {
    let toml = TOMLReader(pyproject)
    guard toml.value("project", "dynamic")?.texts?.contains("dependencies") == true else { return [] }
    return toml.value("tool", "setuptools", "dynamic", "dependencies", "file")?.texts ?? []
  }

  /// `3.12` of each line `3.12` or `3.12.1`; nothing where a line names another thing, as the name of an environment.
  static func versions(_ text: String) -> [String] {
    let lines = text.split(whereSeparator: \.isNewline).map { $0.prefix { $0 != "#" }.trimmed }.filter { !$0.isEmpty }
    let versions = lines.compactMap { line -> String? in
      let parts = line.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count == 2 || parts.count == 3,
        parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { ("0"..."9").contains($0) } })
      else { return nil }
      return "\(parts[0]).\(parts[1])"
    }
    return versions.count == lines.count ? versions : []
  }

  /// Lines with what continues them, without comments and empty ones, each with the number of its first line.
  static func logicalLines(of text: String) -> [(number: Int, text: String)] {
    var lines: [(Int, String)] = []
    var open: (number: Int, text: String)?
    func close() {
      guard let (number, text) = open else { return }
      let bare = withoutComment(text)
      if !bare.isEmpty { lines.append((number, bare)) }
      open = nil
    }
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let isComment = line.first { !$0.isWhitespace } == "#"
      if open == nil { open = (index + 1, "") }
      if line.hasSuffix("\\"), !isComment {
        open?.text += line.dropLast()
      } else {
        open?.text += (isComment ? " " : "") + line
        close()
      }
    }
    close()
    return lines
  }

  /// A comment begins at a number sign that stands first or after white space.
  private static func withoutComment(_ line: String) -> String {
    var end = line.startIndex
    var previous: Character = " "
    while end < line.endIndex, !(line[end] == "#" && previous.isWhitespace) {
      previous = line[end]
      end = line.index(after: end)
    }
    return String(line[..<end].trimmed)
  }

  /// The file of `-r FILE`, `-c FILE` and their long forms.
  private static func inclusion(_ line: String) -> (file: String, isConstraint: Bool)? {
    for (option, isConstraint) in [
      ("--requirement", false), ("--constraint", true), ("-r", false), ("-c", true),
    ] where line.hasPrefix(option) {
      var rest = line.dropFirst(option.count)
      if option.hasPrefix("--"), rest.first != "=", rest.first?.isWhitespace != true { continue }
      if rest.first == "=" { rest = rest.dropFirst() }
      let file = String(rest.trimmed)
      return file.isEmpty ? nil : (file, isConstraint)
    }
    return nil
  }

  /// A requirement without its options, or nil for a URL or a path.
  private static func requirement(_ line: String) -> String? {
    var text = line
    for start in [" --", "\t--"] {
      if let options = text.firstRange(of: start) { text = String(text[..<options.lowerBound].trimmed) }
    }
    let marker = text.firstIndex(of: ";").map { String(text[$0...]) } ?? ""
    let head = String(text.dropLast(marker.count).trimmed)
    let name = head.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
    let afterName = head[name.endIndex...]
    if !name.isEmpty, let at = afterName.firstIndex(of: "@"), !afterName[..<at].contains("/") {
      // A URL can hold a password, and a semicolon is a part of it unless a space stands before. No marker has a URL.
      let marker = text.firstRange(of: " ;").map { String(text[$0.lowerBound...]) } ?? ""
      return String(name) + (marker.contains("://") || marker.contains("@") ? "" : marker)
    }
    let isPath =
      head.contains("/") || head.hasPrefix(".") || head.hasPrefix("~") || head.contains("\\")
      || [".whl", ".zip", ".tar.gz", ".tar.bz2"].contains(where: head.hasSuffix)
    return isPath || text.contains("://") ? nil : text
  }
}
