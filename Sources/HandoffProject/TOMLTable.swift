/// A table of a TOML file while that is read.
final class TOMLTable {
  private enum Member {
    case value(TOMLReader.Value)
    case table(TOMLTable)
    case tables(TOMLTables)
  }

  /// An array of tables, which grows.
  private final class TOMLTables {
    var all: [TOMLTable] = []
  }

  private var members: [String: Member] = [:]

  /// The table below some names, which is made if need be; of an array of tables its last.
  /// - Returns: nil where something else stands there.
  func table(at path: ArraySlice<String>) -> TOMLTable? {
    var table = self
    for name in path {
      switch table.members[name] {
      case .table(let next): table = next
      case .tables(let tables):
        guard let last = tables.all.last else { return nil }
        table = last
      case .value: return nil
      case nil:
        let next = TOMLTable()
        table.members[name] = .table(next)
        table = next
      }
    }
    return table
  }

  /// A new member of an array of tables.
  /// - Returns: nil where something else stands there.
  func member(at path: ArraySlice<String>) -> TOMLTable? {
    guard let name = path.last, let table = table(at: path.dropLast()) else { return nil }
    let member = TOMLTable()
    switch table.members[name] {
    case .tables(let tables): tables.all.append(member)
    case .table, .value: return nil
    case nil:
      let tables = TOMLTables()
      tables.all.append(member)
      table.members[name] = .tables(tables)
    }
    return member
  }

  /// Sets a value.
  /// - Returns: whether nothing stood there.
  func set(_ value: TOMLReader.Value, at path: ArraySlice<String>) -> Bool {
    guard let name = path.last, let table = table(at: path.dropLast()), table.members[name] == nil else { return false }
    table.members[name] = .value(value)
    return true
  }

  /// What it holds in the end.
  var plain: [String: TOMLReader.Value] {
    members.mapValues { member in
      switch member {
      case .value(let value): value
      case .table(let table): .table(table.plain)
      case .tables(let tables): .list(tables.all.map { .table($0.plain) })
      }
    }
  }
}
