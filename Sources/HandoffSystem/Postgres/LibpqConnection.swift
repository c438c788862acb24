import CLibpq
import HandoffText

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A connection of libpq, owned. Its calls block, though never past their deadline, except where libpq itself does; so
/// they are made on a thread of their own, and by one thread at a time.
final class LibpqConnection: @unchecked Sendable {
  private let handle: OpaquePointer
  /// What ends a statement; nil as long as there is no connection.
  private var canceller: OpaquePointer?
  /// What stands between libpq and the server, and counts.
  private var relay: LibpqRelay
  /// How many bytes of rows may still be kept.
  private var room: Int
  /// Whether something was asked for that is copied, and what was.
  private var copies = false
  private var lines: [UInt8]?

  private init(_ handle: OpaquePointer, limit: Int) {
    self.handle = handle
    relay = LibpqRelay(limit: limit)
    room = limit
  }

  deinit {
    PQfreeCancel(canceller)
    PQfinish(handle)
    relay.stepOut()
  }

  /// Loads libpq, unless it is.
  /// - Returns: whether it is on this machine. If not, nothing else of this type may be used.
  static func isThere() -> Bool { handoff_pq_load() == 1 }

  /// The keywords that this libpq knows; without it those that have a variable.
  static let keywords: Set<String> = {
    guard isThere(), let options = PQconndefaults() else { return Set(PostgresKeywords.variables.values) }
    defer { PQconninfoFree(options) }
    var names: Set<String> = []
    var option = options
    while let keyword = option.pointee.keyword {
      names.insert(String(cString: keyword))
      option += 1
    }
    return names
  }()

  /// Takes libpq's variables out of this process, since libpq reads those itself for what a connection leaves open, and a
  /// password among them may be for another server. Whoever asks has read them before, and hands on what is meant.
  static func forgetVariables() {
    for variable in variables where getenv(variable) != nil { unsetenv(variable) }
  }

  /// The variables that libpq reads (https://www.postgresql.org/docs/current/libpq-envars.html).
  private static let variables: [String] = {
    var names = ["PGSERVICE", "PGSERVICEFILE", "PGSYSCONFDIR", "PGREALM", "PGLOCALEDIR"]
    guard let options = PQconndefaults() else { return names }
    defer { PQconninfoFree(options) }
    var option = options
    while option.pointee.keyword != nil {
      if let variable = option.pointee.envvar { names.append(String(cString: variable)) }
      option += 1
    }
    return names
  }()

  // MARK: Connecting

  /// Connects without blocking, by https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PQCONNECTSTARTPARAMS
  static func open(_ values: [String: String], limit: Int, deadline: Deadline) throws(PostgresError) -> LibpqConnection
  {
    forgetVariables()
    let pairs = values.sorted { $0.key < $1.key }
    let keywords = pairs.map { strdup($0.key) } + [nil]
    let texts = pairs.map { strdup($0.value) } + [nil]
    defer { for pointer in keywords + texts { free(pointer) } }
    let started = keywords.map { UnsafePointer<CChar>($0) }.withUnsafeBufferPointer { keywords in
      texts.map { UnsafePointer<CChar>($0) }.withUnsafeBufferPointer { texts in
        PQconnectStartParams(keywords.baseAddress, texts.baseAddress, 0)
      }
    }
    guard let started else { throw .other("libpq has no memory left") }
    let connection = LibpqConnection(started, limit: limit)
    // Only so does the text of a failed connection tell the SQLSTATE.
    PQsetErrorVerbosity(started, PQERRORS_VERBOSE)
    handoff_pq_drop_notices(started)
    var status = PQstatus(started) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING
    while status != PGRES_POLLING_OK {
      if status == PGRES_POLLING_FAILED { throw connection.failure(values, deadline: deadline) }
      let events = status == PGRES_POLLING_READING ? POLLIN : POLLOUT
      guard try connection.wait(for: Int32(events), deadline: deadline) else { throw .timedOut }
      status = PQconnectPoll(started)
      if connection.hasSocket { try connection.relay.stepIn(PQsocket(started)) }
    }
    connection.relay.hasConnected()
    PQsetnonblocking(started, 1)
    connection.canceller = PQgetCancel(started)
    return connection
  }

  /// Whether libpq has a connected socket, and will read from it next.
  private var hasSocket: Bool {
    switch PQstatus(handle) {
    case CONNECTION_BAD, CONNECTION_NEEDED, CONNECTION_STARTED, CONNECTION_MADE: false
    default: true
    }
  }

  /// Why the connection failed. libpq tells it only in a text that can hold a password, so nothing of that text leaves
  /// but what the server said; the system's causes are asked from the system.
  private func failure(_ values: [String: String], deadline: Deadline) -> PostgresError {
    let text = String(cString: PQerrorMessage(handle))
    if let error = PostgresFailureText.serverError(in: text) { return error }
    if PQconnectionNeedsPassword(handle) != 0 { return .passwordRequired }
    // libpq was left to look for a service that we did not find.
    if values["service"] != nil {
      return PostgresFailureText.clientError(in: text, sslMode: values["sslmode"] ?? "prefer")
    }
    let target = PostgresTarget(
      host: values["host"] ?? self.text(PQhost(handle)), address: values["hostaddr"],
      port: values["port"] ?? self.text(PQport(handle)))
    return target.probe(deadline: deadline)
      ?? PostgresFailureText.clientError(in: text, sslMode: values["sslmode"] ?? "prefer")
  }

  /// How the connection was really made.
  var description: PostgresConnection {
    PostgresConnection(
      host: text(PQhost(handle)) ?? "", port: text(PQport(handle)).flatMap { Int($0) } ?? 0,
      database: text(PQdb(handle)) ?? "", user: text(PQuser(handle)) ?? "",
      serverVersion: parameter("server_version").map { String($0.prefix { $0 != " " }) } ?? "")
  }

  /// What the server told about itself: `server_version`, `server_encoding`, `is_superuser`.
  func parameter(_ name: String) -> String? { text(PQparameterStatus(handle, name)) }

  // MARK: Asking

  /// Sends one query with text parameters and takes its rows.
  func query(_ sql: String, _ parameters: [String?], deadline: Deadline) throws(PostgresError) -> [PostgresRow] {
    let texts = parameters.map { $0.flatMap { strdup($0) } }
    defer { for pointer in texts { free(pointer) } }
    let sent = texts.map { UnsafePointer<CChar>($0) }.withUnsafeBufferPointer { texts in
      PQsendQueryParams(handle, sql, Int32(texts.count), nil, texts.baseAddress, nil, nil, 0)
    }
    guard sent == 1, PQsetSingleRowMode(handle) == 1 else { throw broken() }
    return try take(deadline: deadline)
  }

  /// Sends one query and takes its rows as the lines that COPY makes of them.
  func copy(_ sql: String, deadline: Deadline) throws(PostgresError) -> [UInt8] {
    guard PQsendQuery(handle, "COPY (\(sql)) TO STDOUT (NULL '')") == 1 else { throw broken() }
    copies = true
    defer { (copies, lines) = (false, nil) }
    _ = try take(deadline: deadline, keepsRows: false)
    guard let lines else { throw broken() }
    return lines
  }

  /// Sends statements without parameters, to be run one after the other in one exchange; their rows are dropped.
  func execute(_ statements: [String], deadline: Deadline) throws(PostgresError) {
    guard PQsendQuery(handle, statements.joined(separator: "; ")) == 1 else { throw broken() }
    _ = try take(deadline: deadline)
  }

  /// Sends a statement without parameters, or several, and drops their rows.
  /// - Throws: with all that the server said.
  func run(_ sql: String, deadline: Deadline) throws(PostgresFailure) {
    guard PQsendQuery(handle, sql) == 1 else { throw PostgresFailure(broken()) }
    // One by one, so that libpq does not keep all of them.
    PQsetSingleRowMode(handle)
    var failure: PostgresFailure?
    do throws(PostgresError) {
      _ = try take(deadline: deadline, keepsRows: false) { failure = failure ?? self.failure(of: $0) }
    } catch {
      throw failure ?? PostgresFailure(error)
    }
  }

  private func failure(of result: OpaquePointer) -> PostgresFailure {
    PostgresFailure(
      serverError(of: result), detail: text(handoff_pq_detail(result)), hint: text(handoff_pq_hint(result)),
      position: text(handoff_pq_position(result)).flatMap { Int($0) }, context: text(handoff_pq_context(result)))
  }

  /// - Parameter failed: is given each result that is an error.
  private func take(
    deadline: Deadline, keepsRows: Bool = true, failed: (OpaquePointer) -> Void = { _ in }
  ) throws(PostgresError) -> [PostgresRow] {
    var rows: [PostgresRow] = []
    var error: PostgresError?
    while true {
      do throws(PostgresError) {
        try receive(deadline: deadline)
      } catch let lost {
        // What the server said before the connection ended says more than its end.
        throw error ?? lost
      }
      guard let result = PQgetResult(handle) else { break }
      relay.hasResult()
      defer { PQclear(result) }
      switch PQresultStatus(result) {
      case PGRES_SINGLE_TUPLE, PGRES_TUPLES_OK:
        guard keepsRows else { break }
        for row in 0..<PQntuples(result) { rows.append(try self.row(row, of: result)) }
      case PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: break
      case PGRES_COPY_OUT where copies:
        lines = lines ?? []
        try takeCopy(deadline: deadline)
      // Other data is neither sent nor taken; such a result would be given again and again.
      case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH: throw error ?? broken()
      default:
        failed(result)
        error = error ?? serverError(of: result)
      }
    }
    if let error { throw error }
    return rows
  }

  /// Takes what is copied, to its end.
  private func takeCopy(deadline: Deadline) throws(PostgresError) {
    while true {
      var line: UnsafeMutablePointer<CChar>?
      var count: Int32 = 0
      try receive(deadline: deadline) {
        count = PQgetCopyData(handle, &line, 1)
        return count != 0
      }
      guard count > 0 else {
        // Whether it ended well tells the result that follows.
        if count == -1 { return }
        throw broken()
      }
      defer { PQfreemem(line) }
      relay.hasResult()
      room -= Int(count)
      guard room >= 0 else { throw .tooLarge }
      lines?.append(contentsOf: UnsafeRawBufferPointer(start: line, count: Int(count)))
    }
  }

  /// Asks the server to end the statement that is being run, over a connection of its own; without one that is being run
  /// nothing happens. May be called by any thread, also while another one waits for the statement; blocks as long as the
  /// server does not answer. The request is never encrypted; what it tells is good for nothing but this. https://www.postgresql.org/docs/current/libpq-cancel.html#LIBPQ-PQCANCEL
  func cancel() {
    guard let canceller else { return }
    var reason = [CChar](repeating: 0, count: 256)
    _ = PQcancel(canceller, &reason, Int32(reason.count))
  }

  private var isEncrypted: Bool { PQsslInUse(handle) == 1 || PQgssEncInUse(handle) == 1 }

  /// Waits until a whole result is there.
  private func receive(deadline: Deadline) throws(PostgresError) {
    try receive(deadline: deadline) { PQisBusy(handle) == 0 }
  }

  /// Waits until something is there, or the connection ended.
  private func receive(deadline: Deadline, until isThere: () -> Bool) throws(PostgresError) {
    while true {
      // What is there already is taken without being waited for.
      if deadline.hasPassed { throw .timedOut }
      let unsent = PQflush(handle)
      if unsent < 0 { throw broken() }
      if unsent == 0, isThere() { return }
      // What comes encrypted comes in pieces of up to 16 KiB. Of one that is longer than its room, an older libpq (16.0)
      // leaves the rest where no socket tells of it. Once the socket is empty, the rest is less than one call reads.
      if isEncrypted, !relay.hasMore(PQsocket(handle)) {
        if PQconsumeInput(handle) == 0 { return }
        if unsent == 0, isThere() { return }
      }
      guard try wait(for: Int32(unsent == 0 ? POLLIN : POLLIN | POLLOUT), deadline: deadline) else { throw .timedOut }
      // Where the connection ended, the result that follows says whether the server gave a reason.
      if PQconsumeInput(handle) == 0 { return }
      // Notifications are kept until they are asked for; nobody asked for any.
      while let notification = PQnotifies(handle) { PQfreemem(notification) }
    }
  }

  private func row(_ row: Int32, of result: OpaquePointer) throws(PostgresError) -> PostgresRow {
    let columns = PQnfields(result)
    // An array, an optional string for each column, and on the heap what is longer than a string holds in itself.
    let size = (0..<columns).reduce(40) { size, column in
      let length = Int(PQgetlength(result, row, column))
      return size + 16 + (length > 15 ? length + 32 : 0)
    }
    room -= size
    guard room >= 0 else { throw .tooLarge }
    return (0..<columns).map { column in
      if PQgetisnull(result, row, column) == 1 { return nil }
      guard let value = PQgetvalue(result, row, column) else { return nil }
      let bytes = UnsafeRawBufferPointer(start: value, count: Int(PQgetlength(result, row, column)))
      return String(validating: bytes, as: UTF8.self) ?? Untrusted(bytes: bytes).raw
    }
  }

  private func serverError(of result: OpaquePointer) -> PostgresError {
    guard let state = text(handoff_pq_sqlstate(result)) else { return broken() }
    return .server(
      sqlState: state, message: text(handoff_pq_primary_message(result)) ?? "",
      routine: text(handoff_pq_source_function(result)))
  }

  /// The connection ended, or what came is not the protocol.
  private func broken() -> PostgresError { .garbage }

  /// Waits for the socket.
  /// - Returns: false at the deadline.
  private func wait(for events: Int32, deadline: Deadline) throws(PostgresError) -> Bool {
    try relay.wait(PQsocket(handle), for: events, deadline: deadline)
  }

  /// Text of libpq's as ours, whatever its bytes are.
  private func text(_ pointer: UnsafePointer<CChar>?) -> String? {
    guard let pointer else { return nil }
    return Untrusted(bytes: UnsafeRawBufferPointer(start: pointer, count: strlen(pointer))).raw
  }

  private func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String? { text(UnsafePointer(pointer)) }
}
