import HandoffProbes
import HandoffSystem
import HandoffText

/// Reads what is in a database, from its catalog. Nothing is changed.
struct DatabaseContents {
  /// Tables with more rows by the server's estimate are not counted.
  private static let most = 1_000_000
  /// How long one table is counted, and all of them.
  private static let patience = (one: Duration.seconds(5), all: Duration.seconds(20))
  /// How many tables are counted in one transaction, which holds a lock on each; a server has room for some thousands.
  private static let batch = 200
  /// How many tables are read on one connection, which takes so many bytes and no more.
  private static let page = 5000
  /// How many things of one kind are named.
  private static let named = 50

  let host: Host
  /// What the database's place is called.
  let address: Untrusted
  let parameters: PostgresParameters

  // MARK: Tables

  func tables() async throws(ResetProblem) -> [DatabaseLoss.Table] {
    let found = try await list()
    let end = Deadline.after(Self.patience.all)
    var tables: [DatabaseLoss.Table] = []
    for start in stride(from: 0, to: found.count, by: Self.batch) {
      let some = found[start..<min(start + Self.batch, found.count)]
      guard !end.hasPassed, let counting = try? await host.postgres.connect(parameters, deadline: end)
      else {
        tables += some
        continue
      }
      for table in some { tables.append(await counted(table, counting, end)) }
      await counting.close()
    }
    return tables
  }

  private func list() async throws(ResetProblem) -> [DatabaseLoss.Table] {
    var tables: [DatabaseLoss.Table] = []
    var last = "0"
    while true {
      let rows: [PostgresRow]
      do throws(PostgresError) {
        let deadline = Deadline.after(.seconds(30))
        let session = try await host.postgres.connect(parameters, deadline: deadline)
        rows = try await session.query(Self.tables, parameters: [last], deadline: deadline)
        await session.close()
      } catch {
        throw problem(error)
      }
      tables += rows.compactMap(DatabaseLoss.Table.init)
      guard rows.count == Self.page, let oid = rows.last?.first ?? nil else { break }
      last = oid
    }
    return tables.sorted { ($0.schema, $0.name) < ($1.schema, $1.name) }
  }

  private func counted(
    _ table: DatabaseLoss.Table, _ session: any PostgresSession, _ end: Deadline
  ) async -> DatabaseLoss.Table {
    switch table.rows {
    case .about(let count) where count > Self.most: return table
    case .elsewhere: return table
    default: break
    }
    if end.hasPassed { return table }
    let rows = try? await session.query(
      "SELECT count(*) FROM \(SQLName.quoted(table.schema)).\(SQLName.quoted(table.name))", parameters: [],
      deadline: min(end, Deadline.after(Self.patience.one)))
    guard let count = rows?.first?.first?.flatMap({ Int($0) }) else { return table }
    var table = table
    table.rows = .exact(count)
    return table
  }

  // MARK: Others

  /// Things beside tables, kind by kind.
  func others(_ session: any PostgresSession) async throws(ResetProblem) -> [DatabaseLoss.Others] {
    let rows: [PostgresRow]
    do throws(PostgresError) {
      rows = try await session.query(Self.others, parameters: [], deadline: .after(.seconds(30)))
    } catch {
      throw problem(error)
    }
    var others: [DatabaseLoss.Others] = []
    for row in rows {
      guard let kind = row[0], let count = row[1].flatMap({ Int($0) }), let name = row[2] else { continue }
      if others.last?.kind != kind { others.append(.init(kind: kind, count: count, names: [])) }
      others[others.count - 1].names.append(name)
    }
    return others
  }

  private func problem(_ error: PostgresError) -> ResetProblem {
    ResetProblem(PostgresFailure(error), doing: "tell what is in the database at \(address)")
  }

  /// Partitions count with the table that they belong to; temporary tables are their session's.
  private static let tables = """
    SELECT c.oid, n.nspname, c.relname, c.relkind::text, CASE WHEN c.reltuples >= 0 THEN c.reltuples::bigint END, e.extname,
      (SELECT coalesce(e.extcondition[i], '') FROM generate_subscripts(e.extconfig, 1) i WHERE e.extconfig[i] = c.oid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype = 'e'
      LEFT JOIN pg_extension e ON e.oid = d.refobjid
    WHERE c.relkind IN ('r', 'p', 'f', 'm') AND NOT c.relispartition AND c.relpersistence <> 't'
      AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND c.oid > $1::oid
    ORDER BY c.oid LIMIT \(page)
    """

  /// All but tables, with the owner of what has one.
  static let things = """
    things(kind, class, oid, owner) AS (
      SELECT 'schemas', 'pg_namespace'::regclass, oid, nspowner FROM pg_namespace WHERE nspname !~ '^pg_'
      UNION ALL SELECT CASE relkind WHEN 'v' THEN 'views' ELSE 'sequences' END, 'pg_class'::regclass, oid, relowner FROM pg_class
        WHERE relkind IN ('v', 'S') AND relpersistence <> 't'
      UNION ALL SELECT 'functions', 'pg_proc'::regclass, oid, proowner FROM pg_proc
      UNION ALL SELECT CASE t.typtype WHEN 'd' THEN 'domains' WHEN 'e' THEN 'enums' ELSE 'types' END, 'pg_type'::regclass, t.oid, t.typowner
        FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
        WHERE (t.typtype IN ('b', 'd', 'e', 'r') OR c.relkind = 'c') AND NOT EXISTS (SELECT FROM pg_type a WHERE a.typarray = t.oid)
      UNION ALL SELECT 'extensions', 'pg_extension'::regclass, oid, extowner FROM pg_extension
      UNION ALL SELECT 'large objects', 'pg_largeobject'::regclass, oid, lomowner FROM pg_largeobject_metadata
      UNION ALL SELECT 'publications', 'pg_publication'::regclass, oid, pubowner FROM pg_publication
      UNION ALL SELECT 'foreign-data wrappers', 'pg_foreign_data_wrapper'::regclass, oid, fdwowner FROM pg_foreign_data_wrapper
      UNION ALL SELECT 'foreign servers', 'pg_foreign_server'::regclass, oid, srvowner FROM pg_foreign_server
      UNION ALL SELECT 'user mappings', 'pg_user_mapping'::regclass, umid, NULL FROM pg_user_mappings
      UNION ALL SELECT 'event triggers', 'pg_event_trigger'::regclass, oid, evtowner FROM pg_event_trigger
      UNION ALL SELECT 'languages', 'pg_language'::regclass, oid, lanowner FROM pg_language
      UNION ALL SELECT 'casts', 'pg_cast'::regclass, oid, NULL FROM pg_cast
      UNION ALL SELECT 'transforms', 'pg_transform'::regclass, oid, NULL FROM pg_transform
      UNION ALL SELECT 'access methods', 'pg_am'::regclass, oid, NULL FROM pg_am
      UNION ALL SELECT 'operators', 'pg_operator'::regclass, oid, oprowner FROM pg_operator
      UNION ALL SELECT 'operator classes', 'pg_opclass'::regclass, oid, opcowner FROM pg_opclass
      UNION ALL SELECT 'operator families', 'pg_opfamily'::regclass, oid, opfowner FROM pg_opfamily
      UNION ALL SELECT 'collations', 'pg_collation'::regclass, oid, collowner FROM pg_collation
      UNION ALL SELECT 'conversions', 'pg_conversion'::regclass, oid, conowner FROM pg_conversion
      UNION ALL SELECT 'text search configurations', 'pg_ts_config'::regclass, oid, cfgowner FROM pg_ts_config
      UNION ALL SELECT 'text search dictionaries', 'pg_ts_dict'::regclass, oid, dictowner FROM pg_ts_dict
      UNION ALL SELECT 'text search parsers', 'pg_ts_parser'::regclass, oid, NULL FROM pg_ts_parser
      UNION ALL SELECT 'text search templates', 'pg_ts_template'::regclass, oid, NULL FROM pg_ts_template
      UNION ALL SELECT 'extended statistics', 'pg_statistic_ext'::regclass, oid, stxowner FROM pg_statistic_ext
      UNION ALL SELECT 'default privileges', 'pg_default_acl'::regclass, oid, defaclrole FROM pg_default_acl
    )
    """

  /// What the server was set up with has a number below 16384
  /// (https://www.postgresql.org/docs/current/system-catalog-initial-data.html#SYSTEM-CATALOG-OID-ASSIGNMENT). What an
  /// extension made goes with it, and what is a part of something else (`deptype` `i`) with that.
  private static let others = """
    WITH \(things), own AS (
      SELECT kind, class, oid, count(*) OVER (PARTITION BY kind) AS count, row_number() OVER (PARTITION BY kind ORDER BY oid) AS number
      FROM things WHERE oid >= 16384 AND NOT EXISTS (
        SELECT FROM pg_depend d WHERE d.classid = class AND d.objid = things.oid AND d.objsubid = 0 AND d.deptype IN ('e', 'i'))
    )
    SELECT kind, count, (pg_identify_object(class, oid, 0)).identity FROM own WHERE number <= \(named)
    UNION ALL
    SELECT 'settings', count(*) OVER (), coalesce(r.rolname || ': ', '') || split_part(setting, '=', 1)
    FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) AS setting LEFT JOIN pg_roles r ON r.oid = s.setrole
    WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
    ORDER BY 1, 3
    """
}

extension DatabaseLoss.Table {
  /// A row of the catalog.
  fileprivate init?(_ row: PostgresRow) {
    guard row.count == 7, let oid = row[0], let schema = row[1], let name = row[2], let kind = row[3].flatMap(Kind.init)
    else { return nil }
    let estimate = row[4].flatMap { Int($0) }
    self.init(
      oid: oid, schema: schema, name: name, kind: kind, owner: row[5].map { Owner(name: $0, condition: row[6]) },
      rows: kind == .foreign ? .elsewhere : estimate.map { .about($0) } ?? .unknown)
  }
}
