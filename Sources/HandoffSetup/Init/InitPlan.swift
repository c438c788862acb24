public import HandoffProject
public import HandoffSystem
public import HandoffText

/// What `handoff init` does to each file, found out before anything is written.
public struct InitPlan: Sendable {
  /// One file or folder.
  public struct Item: Sendable {
    /// The path relative to the project's folder.
    public let path: String
    /// What is written; nil where it is left as it is, and for a folder.
    public var change: FileChange?
    /// Whether it is a folder that is to be made.
    public var makesFolder = false
    /// What becomes of it, in words that follow its path.
    public var words: Message
    /// Whether it cannot be made as it should be.
    public var isProblem = false
    /// What was not added since it looked like a secret: how many variables.
    public var leftOut = 0
  }

  /// The files, in the order in which they are shown.
  public private(set) var items: [Item] = []
  /// What the user should know or do besides.
  public private(set) var notes: [Message] = []

  /// The file of examples of a project that has none.
  private static let exampleName = VariableSettings.exampleNames[0]

  /// Makes the plan.
  /// - Parameters:
  ///   - scan: the variables that the project uses.
  ///   - addsToExisting: whether files that are there are given what they lack.
  ///   - deadline: when git must have answered.
  ///   - isClean: whether a line holds nothing that looks like a secret.
  public init(
    _ project: Project, scan: VariableScan, addsToExisting: Bool, host: Host, deadline: Deadline,
    isClean: (String) -> Bool
  ) async {
    let look = Look(root: project.root, files: host.files)
    items.append(Self.configuration(project, scan.variables, look, addsToExisting))
    let example = project.variables.settings?.example?.value ?? Self.exampleName
    items.append(Self.example(example, scan.variables, look, addsToExisting, isClean))
    await addIgnored(project, look, example: example, host, deadline)
    items.append(Self.handoffs(project, look))
  }

  // MARK: Files

  /// What stands at a path that is to be written.
  private struct Look {
    let root: String
    let files: FileSystem

    enum Found {
      case absent
      case bytes([UInt8])
      case refused(Message)
    }

    func look(_ path: String) -> Found {
      let full = PathText(root).appending(path)
      do throws(FileError) {
        guard try files.examine(full.text, followLinks: false) != .symbolicLink else {
          return .refused("is a symbolic link, which is not written through; it is left alone")
        }
        if let folder = files.realPath(full.folder.text), folder != root, !PathText(folder).isBelow(root) {
          return .refused("is outside of the project, and is left alone")
        }
        let bytes = try files.read(full.text)
        if bytes.contains(0) || String(validating: bytes, as: UTF8.self) == nil {
          return .refused("is no UTF-8 text, and is left alone")
        }
        return .bytes(bytes)
      } catch {
        return error == .missing
          ? .absent : .refused("cannot be read: \(Untrusted(error.description)); it is left alone")
      }
    }
  }

  private static func configuration(
    _ project: Project, _ variables: [UsedVariable], _ look: Look, _ adds: Bool
  ) -> Item {
    let path = Configuration.fileName
    let sketch = ConfigurationSketch(project, using: variables, look.files)
    switch look.look(path) {
    case .refused(let why): return Item(path: path, words: why, isProblem: true)
    case .absent:
      return Item(path: path, change: FileChange(creating: path, sketch.whole), words: "new, all of it comments")
    case .bytes(let old):
      let addition = sketch.addition(to: String(decoding: old, as: UTF8.self))
      if addition.isEmpty { return Item(path: path, words: "is there already, and is left alone") }
      guard adds else {
        return Item(
          path: path, words: "is there already, and is left alone; --force puts commented examples at its end")
      }
      return Item(
        path: path, change: FileChange(appending: addition, to: path, holding: old),
        words: "commented examples are put at its end")
    }
  }

  private static func example(
    _ path: String, _ variables: [UsedVariable], _ look: Look, _ adds: Bool, _ isClean: (String) -> Bool
  ) -> Item {
    switch look.look(path) {
    case .refused(let why): return Item(path: path, words: why, isProblem: true)
    case .absent:
      guard !variables.isEmpty else { return Item(path: path, words: "not written: no variable was found") }
      let (text, leftOut) = ExampleText.whole(variables, isClean: isClean)
      let count = variables.count - leftOut
      var item = Item(
        path: path, change: FileChange(creating: path, text), words: "new, with \(count) \(words: plural(count))")
      item.leftOut = leftOut
      return item
    case .bytes(let old):
      let names = Set(ExampleNames.all(in: String(decoding: old, as: UTF8.self)))
      let missing = variables.filter { !names.contains($0.name) }
      if missing.isEmpty { return Item(path: path, words: "is there already, names all of them, and is left alone") }
      guard adds else {
        let listed = Message.joined(missing.prefix(20).map { "\(Untrusted($0.name))" }, separator: ", ")
        let more: Message = missing.count > 20 ? " and \(missing.count - 20) more" : ""
        return Item(
          path: path,
          words: "is there already, and is left alone; it lacks \(listed)\(more), which --force puts at its end")
      }
      let (text, leftOut) = ExampleText.addition(missing, isClean: isClean)
      let count = missing.count - leftOut
      var item = Item(path: path, words: "\(count) \(words: plural(count)) put at its end")
      if count > 0 { item.change = FileChange(appending: text, to: path, holding: old) }
      item.leftOut = leftOut
      return item
    }
  }

  private static func plural(_ count: Int) -> StaticString { count == 1 ? "variable" : "variables" }

  private mutating func addIgnored(
    _ project: Project, _ look: Look, example: String, _ host: Host, _ deadline: Deadline
  ) async {
    let path = ".gitignore"
    let found = look.look(path)
    var text = ""
    if case .bytes(let bytes) = found { text = String(decoding: bytes, as: UTF8.self) }
    let ignored = await IgnoredPaths(project, text, example: example, host: host, deadline: deadline)
    let lines = Message.joined(ignored.missing.map { "\(Untrusted($0))" }, separator: ", ")
    let added = ignored.missing.map { $0 + "\n" }.joined()
    switch found {
    case .refused(let why): items.append(Item(path: path, words: why, isProblem: true))
    case _ where ignored.missing.isEmpty:
      items.append(Item(path: path, words: "what it must leave out is left out already"))
    case .absent:
      items.append(Item(path: path, change: FileChange(creating: path, added), words: "new: \(lines)"))
    case .bytes(let old):
      let change = FileChange(appending: added, to: path, holding: old)
      items.append(Item(path: path, change: change, words: "added at its end: \(lines)"))
    }
    for line in ignored.negated {
      notes.append("git is told on purpose not to ignore \(Untrusted(line)); that is left so")
    }
    if ignored.hidesExample {
      notes.append(
        "git ignores \(Untrusted(example)), which is for others: a line \(Untrusted("!" + example)) in .gitignore ends that"
      )
    }
    if ignored.tracksDotenv {
      let command = ShellCommand.run("git", "rm", "--cached", ".env").bash
      notes.append(
        "git tracks \(Untrusted(".env")), so that its values are in the repository; take it out, and change what was secret: \(Untrusted(command))"
      )
    }
  }

  private static func handoffs(_ project: Project, _ look: Look) -> Item {
    let path = project.handoffs.value
    let shown = path + "/"
    // Part by part, so that no link on the way leads elsewhere.
    var folder = project.root
    for part in PathText(path).components {
      if part.text.lowercased() == ".git" {
        return Item(path: shown, words: "is a folder of git's own, and is left alone", isProblem: true)
      }
      folder += "/" + part.text
      switch look.files.kind(of: folder, followLinks: false) {
      case nil: return Item(path: shown, makesFolder: true, words: "new folder")
      case .folder: continue
      default: return Item(path: shown, words: "is no folder, and is left alone", isProblem: true)
      }
    }
    return Item(path: shown, words: "is there already")
  }

  // MARK: Writing

  /// Why a file of the plan could not be written.
  public struct Failure: Error, Sendable {
    /// The path relative to the project's folder.
    public let path: String
    /// What kept it.
    public let error: FileWriteError
    /// The paths that were written before it, and stay.
    public let written: [String]
  }

  /// Writes what is planned; a file that became another one since it was looked at is not touched.
  /// - Parameter root: the project's folder.
  /// - Throws: ``Failure`` for the first file that cannot be written; those before it are.
  public func write(root: String) throws(Failure) {
    let writer = FileWriter()
    var written: [String] = []
    for item in items {
      do throws(FileWriteError) {
        if item.makesFolder { try writer.makeFolder(root + "/" + item.path) }
        guard let change = item.change else { continue }
        let path = PathText(root).appending(change.path)
        if let old = change.old {
          try writer.replace(change.new, over: old, named: path.name, in: path.folder.text)
        } else {
          try writer.create(change.new, named: path.name, in: path.folder.text)
        }
        written.append(item.path)
      } catch {
        throw Failure(path: item.path, error: error, written: written)
      }
    }
  }
}

/// The names of a file of examples, those in comments with them: who made a comment of a variable knows of it.
private enum ExampleNames {
  static func all(in text: String) -> [String] {
    let commented = TextLines.lines(of: text).compactMap { line -> String? in
      guard line.hasPrefix("#") else { return nil }
      let rest = line.drop { $0 == "#" || $0 == " " }
      let name = String(rest.prefix { $0 != "=" })
      return rest.contains("=") && Dotenv.isName(name) ? name : nil
    }
    return Dotenv(text).names + commented
  }
}
