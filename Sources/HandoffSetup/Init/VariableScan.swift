import HandoffModel
public import HandoffProject
public import HandoffSystem
import HandoffText

/// The variables that a project's files name: its sources, scripts, configuration, compose files and dotenv files. Files
/// are read with limits, links are not followed, and no value is taken.
public struct VariableScan: Sendable {
  /// The variables, sorted by name.
  public private(set) var variables: [UsedVariable] = []
  /// How many files were read.
  public private(set) var filesRead = 0
  /// How many were left out, since they are too long or more than all that is read, or may not be read.
  public private(set) var filesLeftOut = 0

  private static let longest = 1 << 20
  private static let mostBytes = 128 << 20
  /// How many places are kept.
  private static let mostNotes = 200_000

  /// What a file is to the scan, the more telling first: places are shown in this order.
  private enum Kind: Int, CaseIterable {
    case source, compose, configuration, dotenv
  }

  private struct Use {
    let kind: Kind
    let place: VariablePlace
    let hasDefault: Bool
  }

  private var found: [String: [Use]] = [:]
  private var bytesLeft = mostBytes
  private var notesLeft = mostNotes

  /// Looks through a project.
  /// - Parameter deadline: when git must have listed the files; without a list the folder is walked.
  public init(_ project: Project, host: Host, deadline: Deadline) async {
    let handoffs = PathText(project.handoffs.value).text
    let sources = await SourceFiles(of: project.root, handoffs: handoffs, host: host, deadline: deadline)
    if sources.isCutOff { filesLeftOut += 1 }
    var paths = sources.paths.map { PathText($0) }
    // Git does not list what it is told to ignore.
    paths += [".env", ".env.local"].map { PathText($0) }.filter { !paths.contains($0) }
    let example = project.variables.settings?.example?.value
    var named: Set<PathText> = []
    for path in paths where path.text != example {
      named.formUnion(read(path.text, root: project.root, files: host.files))
    }
    for path in named.sorted() where path.text != example {
      readDotenv(path.text, root: project.root, files: host.files)
    }
    for required in project.variables.settings?.required ?? [] where required.source.kind == .configuration {
      note(
        required.value,
        Use(kind: .configuration, place: VariablePlace(Configuration.fileName, line: nil), hasDefault: false))
    }
    variables = found.filter { !SystemVariables.contains($0.key) }.map(Self.variable).sorted { $0.name < $1.name }
    found = [:]
    if notesLeft == 0 { filesLeftOut += 1 }
  }

  /// What is known of a variable. A dotenv file sets it, which is no use: it counts only where there is none.
  private static func variable(_ name: String, _ all: [Use]) -> UsedVariable {
    let uses = all.filter { $0.kind != .dotenv }
    return UsedVariable(
      name: name, places: ordered(uses.isEmpty ? all : uses), isOnlySet: uses.isEmpty,
      hasDefault: !uses.isEmpty && uses.allSatisfy(\.hasDefault))
  }

  private static func ordered(_ uses: [Use]) -> [VariablePlace] {
    var seen: Set<VariablePlace> = []
    return uses.enumerated().sorted { ($0.element.kind.rawValue, $0.offset) < ($1.element.kind.rawValue, $1.offset) }
      .map(\.element.place).filter { seen.insert($0).inserted }
  }

  private mutating func note(_ name: String, _ use: Use) {
    guard notesLeft > 0 else { return }
    notesLeft -= 1
    found[name, default: []].append(use)
  }

  private mutating func note(_ names: [NamedLine], _ kind: Kind, _ path: String) {
    for name in names {
      note(name.name, Use(kind: kind, place: VariablePlace(path, line: name.line), hasDefault: name.hasDefault))
    }
  }

  // MARK: Files

  /// Reads a file, if its name is of a kind that names variables.
  /// - Returns: dotenv files that it takes variables from.
  private mutating func read(_ path: String, root: String, files: FileSystem) -> [PathText] {
    let name = PathText(path).name.lowercased()
    let ending = name.lastIndex(of: ".").map { String(name[name.index(after: $0)...]) } ?? ""
    guard Self.mayName(name, ending), let bytes = bytes(path, root, files) else { return [] }
    if Self.isDotenv(name) {
      note(TemplatedText.dotenv(FileSystem.text(bytes)), .dotenv, path)
    } else if Self.isCompose(name) {
      return readCompose(path, bytes)
    } else if ["ps1", "psm1"].contains(ending) {
      note(TemplatedText.powershell(bytes), .source, path)
    } else if Self.isShell(ending, bytes) {
      note(ShellScript(bytes).found, .source, path)
    } else {
      if Self.configurationEndings.contains(ending) {
        note(TemplatedText.names(in: bytes, isCompose: false), .configuration, path)
      }
      if let forms = VariableForms.of(path, holding: bytes) { note(SourceReader(bytes, forms).found, .source, path) }
    }
    return []
  }

  private mutating func readCompose(_ path: String, _ bytes: [UInt8]) -> [PathText] {
    note(TemplatedText.names(in: bytes, isCompose: true), .compose, path)
    guard let names = ComposeVariableNames(FileSystem.text(bytes)) else { return [] }
    for name in names.passed {
      note(name.name, Use(kind: .compose, place: VariablePlace(path, line: name.line), hasDefault: false))
    }
    return names.files.compactMap { file in
      // What leads out of the project is not read.
      guard !PathText(file).isAbsolute else { return nil }
      return PathText(path).folder.appending(file).normalized
    }
  }

  private mutating func readDotenv(_ path: String, root: String, files: FileSystem) {
    guard let bytes = bytes(path, root, files) else { return }
    note(TemplatedText.dotenv(FileSystem.text(bytes)), .dotenv, path)
  }

  /// The bytes of a regular file of the project that is text.
  private mutating func bytes(_ path: String, _ root: String, _ files: FileSystem) -> [UInt8]? {
    let full = root + "/" + path
    guard files.kind(of: full, followLinks: false) == .regular else { return nil }
    // A folder on the way may be a link.
    guard let real = files.realPath(full), PathText(real).isBelow(root) else { return nil }
    guard let bytes = try? files.read(full, limit: min(Self.longest, bytesLeft)) else {
      filesLeftOut += 1
      return nil
    }
    bytesLeft -= bytes.count
    filesRead += 1
    return bytes.contains(0) ? nil : bytes
  }

  // MARK: Kinds

  private static let configurationEndings: Set<String> = [
    "yml", "yaml", "toml", "ini", "cfg", "conf", "properties", "json", "npmrc",
  ]

  /// Files that are made by programs, or that speak of another machine than this one.
  private static let passedOver: Set<String> = [
    "package-lock.json", "composer.lock", "pnpm-lock.yaml", ".gitlab-ci.yml", ".travis.yml", "azure-pipelines.yml",
    "bitbucket-pipelines.yml", "appveyor.yml", Configuration.fileName,
  ]

  private static let scriptEndings: Set<String> = ["sh", "bash", "zsh", "ksh", "bats", "ps1", "psm1"]

  private static func mayName(_ name: String, _ ending: String) -> Bool {
    if passedOver.contains(name) || name.hasSuffix(".min.js") { return false }
    return isDotenv(name) || ending.isEmpty || configurationEndings.contains(ending) || scriptEndings.contains(ending)
      || VariableForms.endings.contains(ending)
  }

  private static func isDotenv(_ name: String) -> Bool {
    guard name.hasSuffix(".env") || name.hasPrefix(".env.") else { return false }
    return !["example", "sample", "template", "dist", "defaults"].contains { name.hasSuffix("." + $0) }
  }

  private static func isCompose(_ name: String) -> Bool {
    guard name.hasSuffix(".yml") || name.hasSuffix(".yaml") else { return false }
    return name.hasPrefix("compose.") || name.hasPrefix("docker-compose")
  }

  private static func isShell(_ ending: String, _ bytes: [UInt8]) -> Bool {
    if scriptEndings.contains(ending) { return true }
    guard ending.isEmpty, bytes.starts(with: "#!".utf8) else { return false }
    let words = String(decoding: bytes.prefix(128).prefix { $0 != 0x0a }, as: UTF8.self).split { " /\r".contains($0) }
    return words.contains { ["sh", "bash", "zsh", "dash", "ksh"].contains($0) }
  }
}
