public import HandoffProbes
public import HandoffSystem

/// Applies the SQL files of a folder to a database, each once and in one transaction with its record in
/// `handoff_migrations`.
///
/// Who else runs it meanwhile waits: an advisory lock is asked for again and again (a query that waits for it would hold
/// back `CREATE INDEX CONCURRENTLY`, https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS), and
/// each file's record is looked for once more in its own transaction, so that it is applied once also behind a pooler,
/// which keeps no session's locks.
public struct MigrationRunner: Sendable {
  /// What happens, for showing progress.
  public enum Event: Sendable {
    /// Another run is waited for.
    case waiting
    /// A file is being applied.
    case applying(String)
    /// A file was applied, in so many milliseconds.
    case applied(String, milliseconds: Int)
  }

  /// How a file stands to the database.
  public struct Status: Sendable, Hashable {
    /// How.
    public enum State: Sendable, Hashable {
      /// It is to be applied.
      case pending
      /// It was applied, or taken for applied: when and by whom, as the server writes it.
      case applied(at: String, by: String)
      /// It was applied, and its text is another one now.
      case changed(at: String, by: String)
      /// It was applied, and has no file any more.
      case missing(at: String, by: String)
    }
    /// The file's path below the folder.
    public let name: String
    /// What a person calls it by.
    public let version: String
    /// How it stands.
    public let state: State
  }

  /// The lock that whoever applies migrations to a database holds: "handoff" as a number.
  static let lock = "7593456391283990886"

  private let connector: any PostgresConnector
  private let parameters: PostgresParameters
  private let migrations: SQLMigrations
  private let root: String
  private let files: FileSystem
  /// How long another run is waited for.
  private let patience: Duration
  private let progress: @Sendable (Event) -> Void

  /// Prepares a run.
  /// - Parameters:
  ///   - migrations: the files.
  ///   - root: the project's folder.
  ///   - patience: how long another run is waited for.
  ///   - progress: told what happens.
  public init(
    _ migrations: SQLMigrations, root: String, _ host: Host, _ parameters: PostgresParameters,
    patience: Duration = .seconds(60), progress: @escaping @Sendable (Event) -> Void = { _ in }
  ) {
    connector = host.postgres
    files = host.files
    self.parameters = parameters
    self.migrations = migrations
    self.root = root
    self.patience = patience
    self.progress = progress
  }

  // MARK: Verbs

  /// How each file stands, in the order in which they are applied; nothing is changed.
  public func status() async throws(MigrationProblem) -> [Status] {
    let writer = try await open()
    let records: [MigrationTable.Record]
    do throws(PostgresFailure) {
      let table = try await MigrationTable.find(writer, deadline: Self.answer)
      records = try await table?.records(writer, deadline: Self.answer) ?? []
    } catch {
      throw .tracking(error)
    }
    await writer.close()
    let byName = Dictionary(records.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var found: [Status] = []
    for name in migrations.names {
      let version = MigrationFile.version(of: name)
      guard let record = byName[name] else {
        found.append(Status(name: name, version: version, state: .pending))
        continue
      }
      let isSame = try file(name).digest == record.digest
      found.append(
        Status(
          name: name, version: version,
          state: isSame
            ? .applied(at: record.appliedAt, by: record.appliedBy)
            : .changed(at: record.appliedAt, by: record.appliedBy)))
    }
    let present = Set(migrations.names)
    for record in records where !present.contains(record.name) {
      found.append(
        Status(
          name: record.name, version: MigrationFile.version(of: record.name),
          state: .missing(at: record.appliedAt, by: record.appliedBy)))
    }
    return found
  }

  /// Applies what is pending.
  /// - Returns: the names of the files that were applied, in their order.
  /// - Throws: at the first file that cannot be applied, of which nothing stays; those before it are applied.
  public func apply() async throws(MigrationProblem) -> [String] {
    try await locked { table, writer throws(MigrationProblem) in
      let records = try await records(table, writer)
      try check(records)
      let done = Set(records.map(\.name))
      // All are read before the first is run.
      let pending = migrations.names.filter { !done.contains($0) }
      let standardStrings = writer.parameter("standard_conforming_strings") != "off"
      for name in pending { _ = try MigrationScript(file(name), standardStrings: standardStrings) }
      var applied: [String] = []
      for name in pending {
        let script = try MigrationScript(file(name), standardStrings: standardStrings)
        if try await apply(script, table) { applied.append(name) }
      }
      return applied
    }
  }

  /// The files up to a version.
  /// - Parameter version: a file's number, name or path.
  public func names(upTo version: String) throws(MigrationProblem) -> [String] {
    func matches(_ name: String) -> Bool {
      let number = MigrationFile.version(of: name)
      return name == version || number == version || name.split(separator: "/").last.map(String.init) == version
        || (Int(number) != nil && Int(number) == Int(version))
    }
    guard let last = migrations.names.lastIndex(where: matches) else {
      throw .unknownVersion(version, known: migrations.names.map(MigrationFile.version))
    }
    return Array(migrations.names[...last])
  }

  /// Takes the files up to a version for applied, for a database that has their tables already; nothing of them is run.
  /// - Parameter version: a file's number, name or path.
  /// - Returns: the names of the files that are recorded now and were not before.
  public func baseline(_ version: String) async throws(MigrationProblem) -> [String] {
    let names = try names(upTo: version)
    return try await locked { table, writer throws(MigrationProblem) in
      let done = Set(try await records(table, writer).map(\.name))
      let new = names.filter { !done.contains($0) }
      var read: [MigrationFile] = []
      for name in new { read.append(try file(name)) }
      do throws(PostgresFailure) {
        try await writer.run("BEGIN", deadline: Self.answer)
        for file in read { try await table.add(file, milliseconds: nil, writer, deadline: Self.answer) }
        try await writer.run("COMMIT", deadline: Self.answer)
      } catch {
        throw .tracking(error)
      }
      return new
    }
  }

  /// Accepts that files were changed after they had been applied: they are not run again.
  /// - Parameter names: the files that are meant.
  /// - Returns: the names of those that were changed.
  public func rebless(_ names: [String]) async throws(MigrationProblem) -> [String] {
    try await locked { table, writer throws(MigrationProblem) in
      let changed = try self.changed(try await records(table, writer)).filter(names.contains)
      for name in changed {
        let file = try file(name)
        do throws(PostgresFailure) {
          try await table.bless(file, writer, deadline: Self.answer)
        } catch {
          throw .tracking(error)
        }
      }
      return changed
    }
  }
}

// MARK: Steps

extension MigrationRunner {
  /// How long an answer about the tracking table is waited for.
  private static var answer: Deadline { .after(.seconds(30)) }
  /// How long a statement of a migration is waited for: whoever runs it can interrupt it.
  private static var statement: Deadline { .after(.seconds(7 * 24 * 3600)) }

  private func file(_ name: String) throws(MigrationProblem) -> MigrationFile {
    try MigrationFile(name, in: migrations.folder, root: root, files)
  }

  private func open() async throws(MigrationProblem) -> any PostgresWriter {
    do throws(PostgresError) {
      return try await connector.open(parameters, deadline: .after(.seconds(10)))
    } catch {
      throw .connection(PostgresFailure(error))
    }
  }

  /// Does something with the tracking table while nobody else does.
  private func locked<Value: Sendable>(
    _ work: (MigrationTable, any PostgresWriter) async throws(MigrationProblem) -> Value
  ) async throws(MigrationProblem) -> Value {
    // What holds the lock is not what runs the files: they may change all that a session has.
    let (keeper, table) = try await prepared()
    let value = try await work(table, keeper)
    await keeper.close()
    return value
  }

  /// A connection that holds the lock, and the tracking table.
  private func prepared() async throws(MigrationProblem) -> (any PostgresWriter, MigrationTable) {
    do throws(MigrationProblem) {
      let keeper = try await open()
      try await lock(keeper)
      return (keeper, try await table(keeper))
    } catch {
      throw Task.isCancelled ? .stopped : error
    }
  }

  private func table(_ keeper: any PostgresWriter) async throws(MigrationProblem) -> MigrationTable {
    do throws(PostgresFailure) {
      if let found = try await MigrationTable.find(keeper, deadline: Self.answer) { return found }
      return try await MigrationTable.make(keeper, deadline: Self.answer)
    } catch {
      throw .tracking(error)
    }
  }

  private func lock(_ keeper: any PostgresWriter) async throws(MigrationProblem) {
    let end = Deadline.after(patience)
    var hasTold = false
    do {
      while true {
        let rows = try await keeper.query(
          "SELECT pg_catalog.pg_try_advisory_lock(\(Self.lock))", parameters: [], deadline: Self.answer)
        if rows.first?.first == "t" { return }
        guard !end.hasPassed else { break }
        if !hasTold { progress(.waiting) }
        hasTold = true
        do { try await Task.sleep(for: .milliseconds(200)) } catch { break }
      }
      // https://www.postgresql.org/docs/current/view-pg-locks.html: the two halves of the number.
      let rows = try await keeper.query(
        """
        SELECT pg_catalog.format('pid %s, role %s, since %s', a.pid, a.usename, a.backend_start)
        FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
        WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
          AND (l.classid::bigint << 32 | l.objid::bigint) = \(Self.lock)
          AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
        """, parameters: [], deadline: Self.answer)
      throw MigrationProblem.busy(rows.first?.first.flatMap(\.self))
    } catch {
      throw error as? MigrationProblem ?? .connection(error as? PostgresFailure ?? PostgresFailure(.garbage))
    }
  }

  private func records(
    _ table: MigrationTable, _ writer: any PostgresWriter
  ) async throws(MigrationProblem) -> [MigrationTable.Record] {
    do throws(PostgresFailure) {
      return try await table.records(writer, deadline: Self.answer)
    } catch {
      throw .tracking(error)
    }
  }

  /// The names of applied files whose text is another one now.
  private func changed(_ records: [MigrationTable.Record]) throws(MigrationProblem) -> [String] {
    let byName = Dictionary(records.map { ($0.name, $0.digest) }, uniquingKeysWith: { first, _ in first })
    var changed: [String] = []
    for name in migrations.names {
      guard let digest = byName[name] else { continue }
      if try file(name).digest != digest { changed.append(name) }
    }
    return changed
  }

  private func check(_ records: [MigrationTable.Record]) throws(MigrationProblem) {
    let changed = try changed(records)
    if !changed.isEmpty { throw .changed(changed) }
  }

  /// Runs a file.
  /// - Returns: false where another run has applied it meanwhile.
  private func apply(_ script: MigrationScript, _ table: MigrationTable) async throws(MigrationProblem) -> Bool {
    let writer = try await open()
    progress(.applying(script.file.name))
    let clock = ContinuousClock()
    let start = clock.now
    do throws(PostgresFailure) {
      if script.isTransaction { try await writer.run("BEGIN", deadline: Self.answer) }
      if try await table.holds(script.file.name, writer, deadline: Self.answer) { return false }
    } catch {
      if Task.isCancelled, let first = script.statements.first { throw Self.interrupted(script, first, kept: 0) }
      throw .tracking(error)
    }
    for (index, statement) in script.statements.enumerated() {
      if Task.isCancelled { throw Self.interrupted(script, statement, kept: script.kept(before: index)) }
      do throws(PostgresFailure) {
        try await writer.run(statement.text, deadline: Self.statement)
      } catch {
        throw Self.problem(
          error, statement, script, kept: script.kept(before: index), isUndone: script.isTransaction)
      }
    }
    let milliseconds = Int((clock.now - start) / .milliseconds(1))
    do throws(PostgresFailure) {
      // The file may have gone on as another role, and its name is told in the encoding of the connection.
      try await writer.run(
        "RESET SESSION AUTHORIZATION; RESET ROLE; SET client_encoding TO 'UTF8'", deadline: Self.answer)
      try await table.add(script.file, milliseconds: milliseconds, writer, deadline: Self.answer)
    } catch {
      // 23505: another run was faster, and all of this one is undone.
      if script.isTransaction, error.sqlState == "23505", await isHeld(script, table) { return false }
      throw script.isTransaction ? .tracking(error) : .unrecorded(path: script.file.path, error)
    }
    if script.isTransaction { try await commit(script, table, writer) }
    await writer.close()
    progress(.applied(script.file.name, milliseconds: milliseconds))
    return true
  }

  /// Commits a file with its record; what was put off to here is held against its constraints.
  private func commit(
    _ script: MigrationScript, _ table: MigrationTable, _ writer: any PostgresWriter
  ) async throws(MigrationProblem) {
    do throws(PostgresFailure) {
      try await writer.run("COMMIT", deadline: Self.statement)
    } catch {
      guard let last = script.statements.last else { throw .tracking(error) }
      // Where the server said nothing, the record tells whether it came through.
      if error.sqlState == nil, !Task.isCancelled, await isHeld(script, table) { return }
      throw Self.problem(error, last, script, kept: 0, isUndone: false)
    }
  }

  private func isHeld(_ script: MigrationScript, _ table: MigrationTable) async -> Bool {
    guard let writer = try? await open() else { return false }
    return (try? await table.holds(script.file.name, writer, deadline: Self.answer)) == true
  }

  private static func interrupted(
    _ script: MigrationScript, _ statement: SQLStatements.Statement, kept: Int, isCertain: Bool = true,
    isLost: Bool = false
  ) -> MigrationProblem {
    .interrupted(
      path: script.file.path, line: statement.line, kept: kept, isCertain: isCertain, isLost: isLost)
  }

  /// - Parameter isUndone: whether the server undoes the statement where the connection ends.
  private static func problem(
    _ failure: PostgresFailure, _ statement: SQLStatements.Statement, _ script: MigrationScript, kept: Int,
    isUndone: Bool
  ) -> MigrationProblem {
    // 57014: the server ended it, because we asked for that.
    if failure.error == .timedOut || Task.isCancelled && failure.sqlState == "57014" {
      return interrupted(script, statement, kept: kept, isCertain: failure.error != .timedOut)
    }
    // 57P01 and its like: the server ended the session, and with it what was open.
    guard let state = failure.sqlState, !state.hasPrefix("57P") else {
      return interrupted(script, statement, kept: kept, isCertain: isUndone, isLost: true)
    }
    // The server counts characters.
    let before = failure.position.map { statement.text.unicodeScalars.prefix(max(0, $0 - 1)) }
    let line = statement.line + (before?.reduce(0) { $1 == "\n" ? $0 + 1 : $0 } ?? 0)
    return .failed(
      MigrationFailure(path: script.file.path, line: line, statement: statement.text, failure: failure, kept: kept))
  }
}
