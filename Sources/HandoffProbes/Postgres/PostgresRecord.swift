import HandoffModel
import HandoffSystem
import HandoffText

/// What is there held against what a handoff recorded: why a difference is one, and what leads back.
struct PostgresRecord {
  let reading: PostgresReading
  let advice: PostgresAdvice

  private var expected: Snapshot? { reading.context.expected }

  private func recorded(_ name: String) -> Fact? { expected?.fact(reading.id(name)) }

  // MARK: The place

  /// Whether it is another place or role than recorded.
  func place(_ identity: [Fact]) -> [Finding] {
    let changed = identity.filter { fact in
      guard fact.factClass == .identity, let before = expected?.fact(fact.id) else { return false }
      return before.value != fact.value
    }
    guard !changed.isEmpty else { return [] }
    let connection = reading.session.connection
    let place = Untrusted(PostgresTarget.address(host: connection.host, port: connection.port))
    return [
      Finding(
        "postgres.not-as-recorded", .warning,
        "connected to \(Untrusted(connection.database)) at \(place) as \(Untrusted(connection.user)), otherwise than recorded",
        remedies: advice.remedies.backToRecorded, facts: changed.map(\.id))
    ]
  }

  private func isSame(_ name: String, _ facts: [Fact]) -> Bool {
    guard let before = recorded(name), let now = facts.first(where: { $0.id == reading.id(name) }) else { return true }
    return before.value == now.value
  }

  // MARK: The server

  /// Whether the server took writes and does so no more.
  func mode(_ mode: PostgresCatalog.Mode) -> [Finding] {
    guard recorded("mode")?.value.string == "primary", mode.name != "primary" else { return [] }
    let message: Message =
      mode.name == "standby"
      ? "the server is a standby now, which takes no writes"
      : "transactions are read-only by default (default_transaction_read_only, set by \(Untrusted(mode.setBy)))"
    return [
      Finding(
        "postgres.read-only", .failure, message, remedies: advice.remedies.takeWrites(mode), facts: [reading.id("mode")]
      )
    ]
  }

  // MARK: The tables

  /// What became of tables that were recorded.
  func tables(_ tables: [PostgresCatalog.Table], _ facts: [Fact], deadline: Deadline) async -> [Finding] {
    guard let before = recorded("tables")?.value.strings,
      ["host", "port", "database"].allSatisfy({ isSame($0, facts) })
    else { return [] }
    let known = Set(before)
    var findings = isSame("user", facts) ? await forbidden(tables, known, deadline: deadline) : []
    if let foreign = recorded("foreign")?.value.strings {
      let turned = tables.filter { $0.isForeign && known.contains($0.member) && !foreign.contains($0.member) }
      if !turned.isEmpty {
        findings.append(
          replaced(turned.map { PostgresCatalog.Relation(schema: $0.schema, name: $0.name, kind: .foreignTable) }))
      }
    }
    let gone = known.subtracting(tables.map(\.member))
    if gone.isEmpty { return findings }
    if !isSame("cluster", facts) {
      return findings + [
        Finding(
          "postgres.other-server", .warning,
          "\(reading.target.address) is another server, or another cluster of its, than when the handoff was written",
          remedies: advice.remedies.wait, facts: [reading.id("tables")])
      ]
    }
    guard let others = try? await PostgresCatalog.others(reading.session, deadline: deadline) else { return findings }
    let replaced = others.filter { gone.contains($0.member) }
    if !replaced.isEmpty { findings.append(self.replaced(replaced)) }
    let names = Set(replaced.map(\.member))
    let moves = PostgresMove.moves(of: gone.subtracting(names), to: tables.filter { !known.contains($0.member) })
    if !moves.isEmpty, let schemas = try? await PostgresCatalog.schemas(reading.session, deadline: deadline) {
      findings.append(moved(moves, known, schemas))
    }
    return findings
  }

  /// Tables that were readable, or new to the record, are not looked at: only those that were and are not any more.
  private func forbidden(
    _ tables: [PostgresCatalog.Table], _ known: Set<String>, deadline: Deadline
  ) async -> [Finding] {
    let before = Set(recorded("forbidden")?.value.strings ?? [])
    let lost = tables.filter { !$0.isReadable && known.contains($0.member) && !before.contains($0.member) }
    guard !lost.isEmpty else { return [] }
    let schemas = Set(lost.filter { !$0.isInUsableSchema }.map(\.schema)).sorted()
    let members = lost.filter { $0.isInUsableSchema }.map(\.member).sorted()
    var parts: [Message] = []
    if !schemas.isEmpty { parts.append("not use the schema \(ValueText.message(.strings(schemas)))") }
    if !members.isEmpty { parts.append("not read \(ValueText.message(.strings(members)))") }
    let user = reading.session.connection.user
    // A role can be set to act as another one.
    let rows = try? await reading.session.query("SELECT current_user", parameters: [], deadline: deadline)
    let acting = rows?.first?.first.flatMap(\.self) ?? user
    let role: Message =
      acting == user ? "role \(Untrusted(user))" : "role \(Untrusted(acting)), as which role \(Untrusted(user)) acts,"
    return [
      Finding(
        "postgres.tables-forbidden", .failure, "\(role) may \(Message.joined(parts, separator: ", and may "))",
        remedies: advice.remedies.grant(schemas: schemas, tables: lost.filter { !$0.isGranted }, to: acting),
        facts: [reading.id("tables")])
    ]
  }

  private func replaced(_ relations: [PostgresCatalog.Relation]) -> Finding {
    let parts = relations.sorted { $0.member < $1.member }.prefix(ValueText.membersNamed).map { relation -> Message in
      let kind: Message =
        switch relation.kind {
        case .view: "a view"
        case .materializedView: "a materialized view"
        case .sequence: "a sequence"
        case .type: "a type"
        case .foreignTable: "a foreign table"
        case .partition(let schema, let name):
          "a partition of \(Untrusted(SQLName.member(schema: schema, table: name)))"
        }
      return "\(Untrusted(relation.member)) is \(kind) now"
    }
    return Finding(
      "postgres.table-replaced", .warning, .joined(Array(parts), separator: "; "),
      remedies: advice.remedies.describe(relations.first?.member ?? ""), facts: [reading.id("tables")])
  }

  private func moved(_ moves: [PostgresMove], _ known: Set<String>, _ schemas: Set<String>) -> Finding {
    let parts = moves.prefix(ValueText.membersNamed).map { move -> Message in
      "\(Untrusted(move.old)) is \(Untrusted(move.table.member)) now"
    }
    return Finding(
      "postgres.table-moved", .warning, .joined(Array(parts), separator: "; "),
      remedies: advice.remedies.moveBack(moves, known: known, schemas: schemas), facts: [reading.id("tables")])
  }
}

/// A table that is gone, and the new one of the same name in another schema.
struct PostgresMove: Hashable {
  /// The table's name as it was recorded.
  let old: String
  /// The schema that it was in.
  let oldSchema: String
  let table: PostgresCatalog.Table

  /// Finds them: a new table stands for one that is gone if it alone bears its name.
  static func moves(of gone: Set<String>, to new: [PostgresCatalog.Table]) -> [PostgresMove] {
    var byName: [String: [PostgresCatalog.Table]] = [:]
    for table in new { byName[SQLName.part(table.name), default: []].append(table) }
    return gone.sorted().compactMap { old in
      guard let (schema, name) = SQLName.parts(ofMember: old), let found = byName[name], found.count == 1 else {
        return nil
      }
      return PostgresMove(old: old, oldSchema: schema, table: found[0])
    }
  }
}

extension PostgresCatalog.Table {
  /// Its name as a fact holds it.
  var member: String { SQLName.member(schema: schema, table: name) }

  /// Its name for a statement.
  var quoted: String { SQLName.quoted(schema) + "." + SQLName.quoted(name) }
}

extension PostgresCatalog.Relation {
  /// Its name as a fact would hold it.
  var member: String { SQLName.member(schema: schema, table: name) }
}
