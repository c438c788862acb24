import HandoffProbes
public import HandoffSystem
public import HandoffText

/// A migration's file.
struct MigrationFile {
  /// Its path below the folder of migrations, by which the tracking table knows it.
  let name: String
  /// Its path relative to the project.
  let path: String
  let bytes: [UInt8]
  /// What a person calls it by: the number that its name begins with, `007`, or its name without `.sql`.
  var version: String { Self.version(of: name) }
  /// The digest of its bytes, as the tracking table holds it.
  var digest: String { SQLMigrations.digest(of: bytes) }

  /// How long a file may be, in bytes.
  static let limit = SQLMigrations.fileLimit

  /// Reads a file.
  /// - Parameters:
  ///   - name: its path below the folder.
  ///   - folder: relative to the project.
  ///   - root: the project's folder.
  init(_ name: String, in folder: String, root: String, _ files: FileSystem) throws(MigrationProblem) {
    self.name = name
    path = folder == "." ? name : folder + "/" + name
    if let real = files.realPath(root + "/" + path), !PathText(real).isInside(files.realPath(root) ?? root) {
      throw .refused(path: path, line: 1, "is a link that leads out of the project")
    }
    do throws(FileError) {
      bytes = try files.read(root + "/" + path, limit: Self.limit)
    } catch {
      throw .unread(path: path, error)
    }
  }

  /// What a person calls a file by.
  static func version(of name: String) -> String {
    let last = name.split(separator: "/").last.map(String.init) ?? name
    let digits = last.prefix { $0.isASCII && $0.isNumber }
    return digits.isEmpty ? (last.hasSuffix(".sql") ? String(last.dropLast(4)) : last) : String(digits)
  }
}

/// A migration's file, taken apart.
struct MigrationScript {
  let file: MigrationFile
  /// Whether it is run in one transaction with its record; not where a comment before its first statement says
  /// `-- handoff: no-transaction`.
  let isTransaction: Bool
  /// Its statements, without those that begin and end the transaction which it is run in anyway.
  let statements: [SQLStatements.Statement]

  /// Takes a file apart.
  /// - Parameter standardStrings: whether a backslash in `'…'` is a mere character at its start.
  /// - Throws: what keeps it from being run, with its line; nothing of it was run then.
  init(_ file: MigrationFile, standardStrings: Bool = true) throws(MigrationProblem) {
    self.file = file
    let (bytes, path) = (file.bytes, file.path)
    let start = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    guard let text = String(validating: bytes[start...], as: UTF8.self) else {
      throw .refused(path: path, line: Self.lineOfMistake(bytes), "is not UTF-8 text")
    }
    if let zero = bytes.firstIndex(of: 0) {
      let line = bytes[..<zero].reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
      throw .refused(path: path, line: line, "holds a NUL byte, which PostgreSQL takes in no text")
    }
    var scanner = SQLStatements(text)
    var statements: [SQLStatements.Statement] = []
    var standardStrings = standardStrings
    // What follows a COPY may be data, in which anything may stand.
    var copy: SQLStatements.Statement?
    do throws(SQLStatements.Mistake) {
      while copy == nil, let statement = try scanner.next(standardStrings: standardStrings) {
        statements.append(statement)
        if statement.words.first == "copy" { copy = statement }
        if let isOn = Self.standardStrings(after: statement) { standardStrings = isOn }
      }
    } catch {
      switch error {
      case .psqlCommand(let command, let line):
        throw .refused(
          path: path, line: line, "\(Untrusted(command)) is a command of psql's own, which no server understands")
      case .open(let what, let line):
        throw .refused(path: path, line: line, "\(Untrusted(what)) begins here and does not end")
      }
    }
    if let copy { throw .refused(path: path, line: copy.line, Self.copyRefused) }
    isTransaction = !scanner.headComments.contains { comment in
      let words = comment.split(whereSeparator: \.isWhitespace)
      return words.count >= 2 && words[0] == "handoff:" && words[1] == "no-transaction"
    }
    self.statements = isTransaction ? Self.withoutFrame(statements) : statements
    if !isTransaction, let open = Self.openFrame(statements) {
      throw .refused(path: path, line: open.line, "begins a transaction here and does not end it")
    }
    for statement in self.statements {
      if let reason = Self.refusal(of: statement, isTransaction: isTransaction) {
        throw .refused(path: path, line: statement.line, reason)
      }
    }
  }

  /// What a statement sets `standard_conforming_strings` to; nil where it does not.
  private static func standardStrings(after statement: SQLStatements.Statement) -> Bool? {
    var words = statement.words[...]
    guard words.popFirst() == "set" else { return nil }
    if ["session", "local"].contains(words.first) { words.removeFirst() }
    guard words.first == "standard_conforming_strings" else { return nil }
    // A quoted value is no word.
    let value = statement.text.lowercased().split { !$0.isLetter && !$0.isNumber }.last
    return !["off", "false", "no", "0"].contains(value)
  }

  /// The same without a `BEGIN` at the start and a `COMMIT` at the end, between which it stands here anyway.
  private static func withoutFrame(_ statements: [SQLStatements.Statement]) -> [SQLStatements.Statement] {
    guard statements.count >= 2, let first = statements.first, let last = statements.last else { return statements }
    let begins = [["begin"], ["begin", "transaction"], ["begin", "work"], ["start", "transaction"]]
    let ends = [
      ["commit"], ["commit", "transaction"], ["commit", "work"], ["end"], ["end", "transaction"], ["end", "work"],
    ]
    guard begins.contains(first.words), ends.contains(last.words) else { return statements }
    return Array(statements.dropFirst().dropLast())
  }

  /// How many of the statements before one stay where it is refused: of a file that asks for no transaction those before
  /// a transaction of its own that is open there.
  func kept(before index: Int) -> Int {
    guard !isTransaction else { return 0 }
    let before = statements[..<index]
    return before.lastIndex { Self.frame($0) != nil }.flatMap { Self.frame(statements[$0]) == true ? $0 : nil } ?? index
  }

  /// Whether a statement begins a transaction or, false, ends one; nil for all others.
  private static func frame(_ statement: SQLStatements.Statement) -> Bool? {
    let words = statement.words
    switch words.first {
    case "begin", "start": return true
    case "commit", "end", "abort": return words.contains("chain") && !words.contains("no")
    case "rollback": return words.contains("to") ? nil : words.contains("chain") && !words.contains("no")
    case "prepare" where words.dropFirst().first == "transaction": return false
    default: return nil
    }
  }

  /// The statement that begins a transaction which none ends.
  private static func openFrame(_ statements: [SQLStatements.Statement]) -> SQLStatements.Statement? {
    statements.last { frame($0) != nil }.flatMap { frame($0) == true ? $0 : nil }
  }

  private static let copyRefused: Message =
    "COPY is not run here: its data come from psql, or from a file of the server's machine. Write INSERT, or load the data with psql"

  private static func refusal(of statement: SQLStatements.Statement, isTransaction: Bool) -> Message? {
    let words = statement.words
    switch words.first {
    case "begin", "start", "commit", "end", "rollback", "abort", "prepare":
      guard isTransaction else { return nil }
      if words.first == "prepare", words.dropFirst().first != "transaction" { return nil }
      // To a savepoint it goes within the transaction.
      if words.first == "rollback", words.contains("to") { return nil }
      let word = words[0].uppercased()
      return
        "\(Untrusted(word)) would end the transaction that each file is run in with its record. Take it out, or say \"-- handoff: no-transaction\" at the top of the file"
    default: return nil
    }
  }

  private static func lineOfMistake(_ bytes: [UInt8]) -> Int {
    var line = 1
    for piece in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      if String(validating: piece, as: UTF8.self) == nil { return line }
      line += 1
    }
    return line
  }
}

/// What keeps migrations from being applied.
public enum MigrationProblem: Error, Sendable {
  /// A file cannot be read.
  case unread(path: String, FileError)
  /// A file is not run, and why, at this line; nothing of it was run.
  case refused(path: String, line: Int, Message)
  /// The server refused a statement.
  case failed(MigrationFailure)
  /// A file was ended at the statement of this line, because its run was interrupted or took too long, or the connection
  /// ended.
  /// - kept: how many statements of the file were run before it and stay, since the file asks for no transaction.
  /// - isCertain: whether it is known that the statement was not carried out.
  case interrupted(path: String, line: Int, kept: Int, isCertain: Bool, isLost: Bool)
  /// It was interrupted before a file was begun.
  case stopped
  /// All statements of a file that asks for no transaction were run and stay, and no record could be made of it.
  case unrecorded(path: String, PostgresFailure)
  /// These files, by their names, were changed after they had been applied.
  case changed([String])
  /// A version was named that no file has.
  case unknownVersion(String, known: [String])
  /// Another run is at work, as the server knows it: `pid 4711, role app, since 2025-11-07 09:12:00+00`.
  case busy(String?)
  /// The connection could not be made, or ended.
  case connection(PostgresFailure)
  /// The tracking table cannot be made or read.
  case tracking(PostgresFailure)
}

/// A statement that the server refused.
public struct MigrationFailure: Sendable, Hashable {
  /// The file, relative to the project.
  public let path: String
  /// The line that the server means, or at which the statement begins.
  public let line: Int
  /// The statement's text.
  public let statement: String
  /// What the server said.
  public let failure: PostgresFailure
  /// How many statements of the file were run before it and stay, since the file asks for no transaction.
  public let kept: Int
}
