public import HandoffProject
public import HandoffSystem

/// The SQL files of a project's folder of migrations, for whoever applies them.
public struct SQLMigrations: Sendable, Hashable {
  /// The folder, relative to the project.
  public let folder: String
  /// The files below it, relative to it, in the order in which they are applied.
  public let names: [String]
  /// The tool whose files they are by their form, or by what stands beside them; empty where it cannot be
  /// named, nil where no other tool claims them.
  public let claimant: String?

  /// How long a file may be, in bytes.
  public static let fileLimit = 64 << 20

  /// Describes a folder.
  public init(folder: String, names: [String], claimant: String? = nil) {
    self.folder = folder
    self.names = names
    self.claimant = claimant
  }

  /// Finds the folder: the one that `handoff.yml` names, else the first of the usual ones that holds migrations.
  /// - Returns: nil where there is none.
  /// - Throws: ``Unread`` where it, or what would tell whose it is, cannot be read.
  public static func find(
    of settings: PostgresSettings, in project: Project, _ host: Host
  ) throws(Unread) -> SQLMigrations? {
    let context = ProbeContext(host: host, project: project, deadline: .after(.zero))
    do throws(MigrationsUnread) {
      var unread: MigrationsUnread?
      let kind = try MigrationFolder.claimant(settings.migrations?.value, context, &unread)
      let found = try MigrationFolder.find(kind ?? .handoff, said: settings.migrations, recorded: nil, context)
      if kind == nil, let unread { throw unread }
      guard let found else { return nil }
      let names = found.files.entries.map(\.name)
      let foreigner =
        kind == nil ? MigrationForeigner.of(found.path, names, MigrationReader(context: context)) : nil
      return SQLMigrations(folder: found.path, names: names, claimant: kind?.rawValue ?? foreigner?.rawValue)
    } catch {
      throw Unread(path: error.path, error: error.error)
    }
  }

  /// What the tracking table `handoff_migrations` holds of a file's bytes, so that a change is told: the SHA-256 of the
  /// text with LF at the ends of its lines, in lower-case hexadecimal.
  public static func digest(of bytes: [UInt8]) -> String { MigrationChecksum.handoff(bytes) }

  /// What kept them from being read.
  public struct Unread: Error, Hashable {
    /// The file or folder, relative to the project.
    public let path: String
    /// Why.
    public let error: FileError
  }
}
