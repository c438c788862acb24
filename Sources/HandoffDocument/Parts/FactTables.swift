import HandoffModel
import HandoffText

/// The facts of an area as Markdown tables.
struct FactTables {
  let dictionary: FactDictionary

  /// Up to how many members a set, a map or a table shows them.
  static let membersShown = 40
  /// How many rows of a longer table, and how many groups of a longer set, are shown.
  static let excerpt = 10
  /// How many characters of a value are shown.
  static let charactersShown = 160

  /// The tables; facts of members (`docker.container[web].state`) stand in one with a row for each member.
  func render(_ facts: [Fact]) -> String {
    var plain: [Fact] = []
    var grouped: [String: [Fact]] = [:]
    var order: [String] = []
    for fact in facts {
      guard fact.id.member != nil else {
        plain.append(fact)
        continue
      }
      let group = Self.group(of: fact.id)
      if grouped[group] == nil { order.append(group) }
      grouped[group, default: []].append(fact)
    }
    var tables: [String] = []
    if !plain.isEmpty {
      let rows = plain.map { fact in
        "| \(title(fact.id)) | \(Self.cell(fact)) | \(fact.source.message.markdownCell) |"
      }
      tables.append((["| Fact | Value | Source |", "|---|---|---|"] + rows).joined(separator: "\n"))
    }
    for group in order { tables.append(table(of: grouped[group] ?? [], group: group)) }
    return tables.joined(separator: "\n\n")
  }

  private func table(of facts: [Fact], group: String) -> String {
    var columns: [String] = []
    var rows: [String: [String: Fact]] = [:]
    var members: [String] = []
    for fact in facts {
      guard let member = fact.id.member else { continue }
      let attribute = Self.attribute(of: fact.id)
      if !columns.contains(attribute) { columns.append(attribute) }
      if rows[member] == nil { members.append(member) }
      rows[member, default: [:]][attribute] = fact
    }
    let long = members.count > Self.membersShown
    let shown = long ? Array(members.prefix(Self.excerpt)) : members
    let headings = columns.map { column -> String in
      facts.first { Self.attribute(of: $0.id) == column }.flatMap { dictionary.definition(of: $0.id) }
        .map { Untrusted($0.title).markdownText } ?? Untrusted(column.isEmpty ? "value" : column).markdownCell
    }
    var lines = ["| \(Untrusted(group).markdownCell) | " + headings.joined(separator: " | ") + " |"]
    lines.append("|---|" + columns.map { _ in "---|" }.joined())
    for member in shown {
      let cells = columns.map { rows[member]?[$0].map(Self.cell) ?? "" }
      lines.append("| \(Self.cut(member).markdownCell) | " + cells.joined(separator: " | ") + " |")
    }
    if long { lines += ["", "\(members.count - shown.count) more are in the facts block."] }
    return lines.joined(separator: "\n")
  }

  private func title(_ id: FactID) -> String {
    guard let definition = dictionary.definition(of: id) else { return Self.cut(id.rawValue).markdownCell }
    return Untrusted(definition.title).markdownText
  }

  /// A value for a cell: long sets are counted, long text is cut.
  static func cell(_ fact: Fact) -> String {
    switch fact.value {
    case .array(let elements) where elements.count > membersShown:
      return summary(fact.value.strings ?? [], count: elements.count)
    case .object(let members) where members.count > membersShown:
      return "\(members.count), all in the facts block"
    case .array(let elements):
      return elements.isEmpty ? "none" : elements.map(cell).joined(separator: ", ")
    case .object(let members):
      if members.isEmpty { return "none" }
      return members.sorted { $0.key.unicodeScalars.lexicographicallyPrecedes($1.key.unicodeScalars) }
        .map { "\(cut($0.key).markdownCell) \(cell($0.value))" }.joined(separator: ", ")
    default: return cell(fact.value)
    }
  }

  private static func cell(_ value: JSONValue) -> String {
    switch value {
    case .null: "none"
    case .bool(let truth): truth ? "yes" : "no"
    case .int(let number): String(number)
    case .string(let text): cut(text).markdownCell
    case .double, .array, .object: cut(value.canonical).markdownCell
    }
  }

  /// How many members of each group there are: of tables, by schema; or the first names where there are no groups.
  private static func summary(_ names: [String], count: Int) -> String {
    var counts: [String: Int] = [:]
    for name in names {
      let scalars = name.unicodeScalars
      if let dot = scalars.firstIndex(of: ".") { counts[String(scalars[..<dot]), default: 0] += 1 }
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

  /// `docker.container` of `docker.container[web].state`.
  private static func group(of id: FactID) -> String {
    let rest = id.rawValue.unicodeScalars.dropFirst(id.area.unicodeScalars.count)
    return id.area + String(rest.prefix { $0 != "[" })
  }

  /// `state` of `docker.container[web].state`; empty when the member itself is the fact.
  private static func attribute(of id: FactID) -> String {
    let rest = id.rawValue.unicodeScalars.reversed().prefix { $0 != "]" }
    let attribute = String(String.UnicodeScalarView(rest.reversed()))
    return attribute.unicodeScalars.first == "." ? String(attribute.unicodeScalars.dropFirst()) : attribute
  }
}
