/// What a TOML file sets (https://toml.io/en/v1.0.0), as far as settings are looked up in it by their names.
///
/// Read are comments, tables and arrays of tables, bare, quoted and dotted keys, strings of all four kinds with their
/// escapes, arrays, inline tables and truth values. Numbers and dates are kept as they stand. What TOML forbids for order's
/// sake, as a table that stands twice, is let pass; of a key that is set twice the first value holds. A line that cannot be
/// understood is left out, and ``isWhole`` is false: a program that reads the file refuses it. Where a header is left out,
/// so is all up to the next one; where brackets or quotes stay open to the end of the text, so is all behind them.
///
/// Whoever wrote the file may want to do harm: values stand in each other to ``deepest`` levels, and keys have as many
/// parts at most; what is deeper is a mistake. Time and memory grow as the text does, which is read with a limit.
public struct TOMLReader: Sendable {
  /// A value.
  public indirect enum Value: Hashable, Sendable {
    case text(String)
    case flag(Bool)
    case list([Value])
    case table([String: Value])
    /// A number or a date, as it stands in the file.
    case other(String)
  }

  /// How deeply values may stand in each other, and how many parts a key may have.
  static let deepest = 32

  private let root: [String: Value]
  /// Whether all of the text was understood.
  public let isWhole: Bool
  /// How many bytes were looked at, those that were looked at again included.
  let visited: Int

  /// Reads a text.
  public init(_ text: String) {
    var scanner = TOMLScanner(text)
    let root = TOMLTable()
    var table: TOMLTable? = root
    var isWhole = true
    var visited = scanner.bytes.count
    while scanner.skipToStatement() {
      let start = scanner.position
      let statement = scanner.statement()
      let isTaken =
        switch statement {
        case .table(let path)?:
          Self.begin(&table, root.table(at: path[...]))
        case .member(let path)?:
          Self.begin(&table, root.member(at: path[...]))
        case .pair(let key, let value)?: table?.set(value, at: key[...]) == true
        case nil: false
        }
      guard !isTaken else { continue }
      isWhole = false
      // What was understood and has no place is not looked at again: its other lines are none of the file's.
      guard statement == nil else { continue }
      if scanner.bytes[start] == UInt8(ascii: "[") { table = nil }
      visited += scanner.position - start
      // Each line before it could begin something that goes on to the end as well.
      guard scanner.position < scanner.bytes.count else { break }
      scanner.skipLine(of: start)
    }
    self.root = root.plain
    self.isWhole = isWhole
    self.visited = visited
  }

  /// Goes to the table that a header names.
  private static func begin(_ table: inout TOMLTable?, _ next: TOMLTable?) -> Bool {
    table = next
    return next != nil
  }

  // MARK: Looking up

  /// The value that is set below some names, or nil: `value("tool", "alembic", "script_location")`.
  public func value(_ path: String...) -> Value? {
    var value = Value.table(root)
    for name in path {
      guard case .table(let table) = value, let next = table[name] else { return nil }
      value = next
    }
    return value
  }

  /// The names of all that the file sets at its top, sorted.
  public var names: [String] { root.keys.sorted() }
}

extension TOMLReader.Value {
  /// A string's text; nil for anything else.
  public var text: String? { if case .text(let text) = self { text } else { nil } }

  /// The strings of an array, or the one that stands for it; nil where it is neither.
  public var texts: [String]? {
    switch self {
    case .text(let text): [text]
    case .list(let members): members.allSatisfy { $0.text != nil } ? members.compactMap(\.text) : nil
    default: nil
    }
  }

  /// The members of a table by their names; nil for anything else.
  public var table: [String: TOMLReader.Value]? { if case .table(let table) = self { table } else { nil } }
}
