import HandoffModel
import HandoffText

/// The facts of an area as Markdown tables.
struct FactTables {
  let dictionary: FactDictionary
  /// What the previous handoff recorded.
  var previous: Snapshot?

  /// Up to how many members a set, a map or a table shows them.
  static let membersShown = 40
  /// How many rows of a longer table, and how many groups of a longer set, are shown.
  static let excerpt = 10
  /// How many members of a longer set are named that are new, or gone.
  static let changesNamed = 5
  /// How many characters of a value are shown.
  static let charactersShown = 160

  /// The tables; facts of members (`docker.container[web].state`) stand in one with a row for each member.
  func render(_ observation: Observation) -> String {
    var plain: [Fact] = []
    var groups: [(name: String, entries: [Entry])] = []
    for fact in observation.facts {
      guard let entry = Entry(fact, area: observation.probe) else {
        plain.append(fact)
        continue
      }
      if let index = groups.lastIndex(where: { $0.name == entry.group }) {
        groups[index].entries.append(entry)
      } else {
        groups.append((entry.group, [entry]))
      }
    }
    var tables: [String] = []
    if !plain.isEmpty {
      let rows = plain.map { fact in
        "| \(title(fact.id)) | \(cell(fact)) | \(fact.source.message.markdownCell) |"
      }
      tables.append((["| Fact | Value | Source |", "|---|---|---|"] + rows).joined(separator: "\n"))
    }
    tables += groups.map { table(of: $0.entries, group: $0.name) }
    return tables.joined(separator: "\n\n")
  }

  private func table(of entries: [Entry], group: String) -> String {
    var columns: [String] = []
    var seen: Set<String> = []
    var members: [String] = []
    for entry in entries {
      if !columns.contains(entry.attribute) { columns.append(entry.attribute) }
      if seen.insert(entry.member).inserted { members.append(entry.member) }
    }
    let long = members.count > Self.membersShown
    let shown = long ? Array(members.prefix(Self.excerpt)) : members
    var rows = Dictionary(uniqueKeysWithValues: shown.map { ($0, [String: Fact]()) })
    for entry in entries { rows[entry.member]?[entry.attribute] = entry.fact }
    let headings = columns.map { column -> String in
      entries.first { $0.attribute == column }.flatMap { dictionary.definition(of: $0.fact.id) }
        .map { Untrusted($0.title).markdownText } ?? Untrusted(column.isEmpty ? "value" : column).markdownCell
    }
    var lines = ["| \(Untrusted(group).markdownCell) | " + headings.joined(separator: " | ") + " |"]
    lines.append("|---|" + columns.map { _ in "---|" }.joined())
    for member in shown {
      let cells = columns.map { rows[member]?[$0].map { cell($0) } ?? "" }
      lines.append("| \(Self.cut(member).markdownCell) | " + cells.joined(separator: " | ") + " |")
    }
    if long { lines += ["", "\(members.count - shown.count) more are in the facts block."] }
    return lines.joined(separator: "\n")
  }

  /// A fact of a member, taken apart: `docker.container`, `web` and `state` of `docker.container[web].state`.
  private struct Entry {
    let fact: Fact
    let group: String
    let member: String
    let attribute: String

    init?(_ fact: Fact, area: String) {
      // By bytes: a bracket with a combining mark after it is another character to Swift. The area may hold brackets.
      let id = Array(fact.id.rawValue.utf8)
      let rest = id.starts(with: area.utf8) ? id.dropFirst(area.utf8.count) : id[...]
      guard let open = rest.firstIndex(of: UInt8(ascii: "[")), let close = rest.lastIndex(of: UInt8(ascii: "]")),
        open < close
      else { return nil }
      func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
      let after = rest[(close + 1)...]
      self.fact = fact
      group = text(id[..<open])
      member = text(rest[(open + 1)..<close])
      attribute = text(after.first == UInt8(ascii: ".") ? after.dropFirst() : after)
    }
  }

  private func title(_ id: FactID) -> String {
    guard let definition = dictionary.definition(of: id) else { return Self.cut(id.rawValue).markdownCell }
    return Untrusted(definition.title).markdownText
  }

  /// A value for a cell: long sets are counted, long text is cut.
  private func cell(_ fact: Fact) -> String {
    switch fact.value {
    case .array(let elements) where elements.count > Self.membersShown:
      guard let names = fact.value.strings else { return Self.summary([], count: elements.count) }
      let isNewestLast = dictionary.definition(of: fact.id)?.isNewestLast == true
      return (isNewestLast ? Self.newest(names) : Self.summary(names, count: names.count)) + changes(fact.id, names)
    case .object(let members) where members.count > Self.membersShown:
      return "\(members.count), all in the facts block"
    case .array(let elements):
      return elements.isEmpty ? "none" : elements.map(Self.cell).joined(separator: ", ")
    case .object(let members):
      if members.isEmpty { return "none" }
      return members.sorted { $0.key.precedes($1.key) }
        .map { "\(Self.cut($0.key).markdownCell) \(Self.cell($0.value))" }.joined(separator: ", ")
    default: return Self.cell(fact.value)
    }
  }

  private static func cell(_ value: JSONValue) -> String {
    switch value {
    case .null: "none"
    case .bool(let truth): truth ? "yes" : "no"
    case .int(let number): String(number)
    case .string(let text): cut(text).markdownCell
    case .masked: "masked"
    case .double, .array, .object: cut(value.canonical).markdownCell
    }
  }

  /// The last members of a list that ends with the newest one.
  private static func newest(_ names: [String]) -> String {
    "\(names.count) in all, the last: " + names.suffix(excerpt).map { cut($0).markdownCell }.joined(separator: ", ")
  }

  /// What became of the members of a long list since the previous handoff; nothing where that does not say which there
  /// were.
  private func changes(_ id: FactID, _ names: [String]) -> String {
    guard let before = previous?.fact(id)?.value.strings else { return "" }
    let (was, isNow) = (Set(before), Set(names))
    let (new, gone) = (names.filter { !was.contains($0) }, before.filter { !isNow.contains($0) })
    let parts = [Self.change("new", new), Self.change("gone", gone)].compactMap(\.self)
    return "; since the last handoff " + (parts.isEmpty ? "none is new or gone" : parts.joined(separator: "; "))
  }

  private static func change(_ word: String, _ names: [String]) -> String? {
    guard !names.isEmpty else { return nil }
    let named = names.prefix(changesNamed).map { cut($0).markdownCell }.joined(separator: ", ")
    return "\(names.count) \(word): \(named)" + (names.count > changesNamed ? ", …" : "")
  }

  /// How many members of each group there are: of tables, by schema; or the first names where there are no groups.
  private static func summary(_ names: [String], count: Int) -> String {
    var counts: [String: Int] = [:]
    for name in names {
      let bytes = name.utf8
      if let dot = bytes.firstIndex(of: UInt8(ascii: ".")) { counts[String(name[..<dot]), default: 0] += 1 }
    }
    var text = "\(count) in all: "
    if counts.values.reduce(0, +) == count {
      let groups = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      text += groups.prefix(excerpt).map { "\(cut($0.key).markdownCell) \($0.value)" }.joined(separator: ", ")
      if groups.count > excerpt { text += ", \(groups.count - excerpt) more groups" }
    } else {
      text += names.prefix(excerpt).map { cut($0).markdownCell }.joined(separator: ", ") + ", …"
    }
    return text
  }

  /// Text shortened for showing.
  private static func cut(_ text: String) -> Untrusted {
    let scalars = text.unicodeScalars
    guard scalars.count > charactersShown else { return Untrusted(text) }
    return Untrusted(String(scalars.prefix(charactersShown)) + "…")
  }
}
