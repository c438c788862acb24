import HandoffProject
import HandoffSystem

/// What kept the migrations from being read, and where.
struct MigrationsUnread: Error, Hashable {
  /// The file or folder, relative to the project.
  let path: String
  let error: FileError
}

/// Reads what migrations stand in, by paths relative to the project, and names what may not be read.
struct MigrationReader {
  let context: ProbeContext

  private var files: FileSystem { context.host.files }

  /// A path in a folder; the folder `.` is the project's own.
  static func join(_ folder: String, _ name: String) -> String {
    folder == "." || folder.isEmpty ? name : name.isEmpty || name == "." ? folder : "\(folder)/\(name)"
  }

  /// A path without `.` and `..`, relative to the project.
  /// - Returns: nil where it leads out of it, or is absolute and stands elsewhere.
  func normalized(_ path: String) -> String? {
    guard let path = PathText(path).normalized else { return nil }
    guard let inside = path.isAbsolute ? path.relative(to: context.project.root) : path.text else { return nil }
    return inside.isEmpty ? "." : inside
  }

  /// The names in a folder.
  func list(_ path: String) throws(MigrationsUnread) -> [String] {
    try named(path) { full throws(FileError) in try files.list(full) }
  }

  /// The text of a file.
  func text(_ path: String) throws(MigrationsUnread) -> String {
    let text = try named(path) { full throws(FileError) in try files.readText(full) }
    // A line may end as Windows ends it, which Swift takes for one sign.
    return text.utf8.contains(UInt8(ascii: "\r")) ? text.replacing("\r\n", with: "\n") : text
  }

  /// The bytes of a file of SQL, which can be longer than settings are.
  func bytes(_ path: String) throws(MigrationsUnread) -> [UInt8] {
    try named(path) { full throws(FileError) in try files.read(full, limit: SQLMigrations.fileLimit) }
  }

  /// The text of a file; nil where there is none.
  func textIfPresent(_ path: String) throws(MigrationsUnread) -> String? {
    try ifPresent { () throws(MigrationsUnread) in try text(path) }
  }

  /// The names in a folder; nil where there is none.
  func listIfPresent(_ path: String) throws(MigrationsUnread) -> [String]? {
    try ifPresent { () throws(MigrationsUnread) in try list(path) }
  }

  /// What stands at a path; nil where there is nothing.
  /// - Throws: where this user may not look there.
  func kind(_ path: String, followLinks: Bool = true) throws(MigrationsUnread) -> FileKind? {
    try ifPresent { () throws(MigrationsUnread) in
      try named(path) { full throws(FileError) in try files.examine(full, followLinks: followLinks) }
    }
  }

  /// Whether a regular file stands at a path.
  /// - Throws: where this user may not look there.
  func isFile(_ path: String) throws(MigrationsUnread) -> Bool { try kind(path) == .regular }

  /// Whether a folder stands at a path, a link to one being none unless it is followed.
  /// - Throws: where this user may not look there.
  func isFolder(_ path: String, followLinks: Bool = true) throws(MigrationsUnread) -> Bool {
    try kind(path, followLinks: followLinks) == .folder
  }

  private func ifPresent<Value>(_ read: () throws(MigrationsUnread) -> Value) throws(MigrationsUnread) -> Value? {
    do throws(MigrationsUnread) {
      return try read()
    } catch {
      guard error.error == .missing else { throw error }
      return nil
    }
  }

  /// Where a path leads to once its links are followed; nil where that is outside of the project or nowhere.
  func place(_ path: String) -> String? {
    guard let root = files.realPath(context.project.root), let place = files.realPath(context.path(path)),
      PathText(place).isInside(root)
    else { return nil }
    return place
  }

  private func named<Value>(
    _ path: String, _ read: (String) throws(FileError) -> Value
  ) throws(MigrationsUnread) -> Value {
    do throws(FileError) {
      return try read(context.path(path))
    } catch {
      throw MigrationsUnread(path: path, error: error)
    }
  }

  // MARK: In subfolders

  /// The folder that holds one of some files or folders: the project's own, else the only one of the nearest below it.
  /// Folders that may not be looked into, such as a database's own, hold none.
  /// - Returns: relative to the project, `.` for its own; nil where there is none, or more than one is as near.
  func home(of markers: [String]) -> String? {
    var unread: MigrationsUnread?
    return home(of: markers, &unread)
  }

  /// - Parameter unread: takes the first folder that could hold one and may not be looked into, where it is empty.
  func home(of markers: [String], _ unread: inout MigrationsUnread?) -> String? {
    var folders = ["."]
    for depth in 0...3 {
      let holding = folders.filter { folder in markers.contains { holds(Self.join(folder, $0), &unread) } }
      if !holding.isEmpty { return holding.count == 1 ? holding[0] : nil }
      guard depth < 3 else { break }
      var next: [String] = []
      for folder in folders where next.count < Self.folderLimit { next += below(folder, &unread) }
      folders = Array(next.prefix(Self.folderLimit))
    }
    return nil
  }

  /// How many folders of one depth are looked into.
  private static let folderLimit = 2000

  /// What others' files stand in.
  private static let others: Set<String> = [
    "node_modules", "site-packages", "vendor", "build", "dist", "target", "third_party", "testdata", "fixtures",
  ]

  private func below(_ folder: String, _ unread: inout MigrationsUnread?) -> [String] {
    let names: [String]
    do throws(MigrationsUnread) {
      names = try list(folder)
    } catch {
      keep(error.error, folder, &unread)
      return []
    }
    guard !names.contains("pyvenv.cfg") else { return [] }
    return names.filter { !$0.hasPrefix(".") && !Self.others.contains($0) }
      .map { Self.join(folder, $0) }.filter { stands($0, followLinks: false) == .folder }
  }

  private func holds(_ marker: String, _ unread: inout MigrationsUnread?) -> Bool {
    do throws(MigrationsUnread) {
      return try kind(marker) != nil
    } catch {
      keep(error.error, PathText(marker).folder.text, &unread)
      return false
    }
  }

  /// Keeps the first folder that may not be looked into, but for those in which a server keeps its data from others.
  private func keep(_ error: FileError, _ folder: String, _ unread: inout MigrationsUnread?) {
    guard error == .notPermitted, !folder.isEmpty, !folder.lowercased().hasSuffix("data") else { return }
    unread = unread ?? MigrationsUnread(path: folder, error: error)
  }

  private func stands(_ path: String, followLinks: Bool = true) -> FileKind? {
    files.kind(of: context.path(path), followLinks: followLinks)
  }
}
