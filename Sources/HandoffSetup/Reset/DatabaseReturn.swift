import HandoffProbes
import HandoffSystem
import HandoffText

/// Whether a database comes back from its dump by the role that it is dumped by. A superuser may do all.
struct DatabaseReturn {
  let role: Untrusted
  let ask: (_ sql: String) async throws(ResetProblem) -> [PostgresRow]

  /// - Throws: ``ResetProblem`` that names what would be lost.
  func check() async throws(ResetProblem) {
    let hidden = try await names(Self.hidden)
    if !hidden.isEmpty {
      throw ResetProblem(
        "the options of user mappings, passwords among them, would be lost, since the role \(role) may not see them: \(Message.joined(hidden, separator: ", "))"
      )
    }
    let unmakable = try await names(Self.unmakable)
    if !unmakable.isEmpty {
      throw ResetProblem(
        "the role \(role) is no superuser and could not make all of it again, so nobody could bring it back with it: \(Message.joined(unmakable, separator: ", "))"
      )
    }
  }

  private func names(_ sql: String) async throws(ResetProblem) -> [Message] {
    try await ask(sql).map { row in .joined(row.compactMap { $0.map { "\(Untrusted($0))" } }, separator: " ") }
  }

  /// Whose options `pg_user_mappings` does not show, and pg_dump so leaves out
  /// (https://www.postgresql.org/docs/current/view-pg-user-mappings.html).
  private static let hidden = """
    SELECT m.usename || ' on server ' || m.srvname
    FROM pg_user_mappings m JOIN pg_foreign_server s ON s.oid = m.srvid JOIN pg_roles r ON r.rolname = current_user
    WHERE NOT r.rolsuper AND NOT (
      m.umuser = r.oid AND (pg_has_role(s.srvowner, 'USAGE') OR has_server_privilege(s.oid, 'USAGE'))
      OR m.umuser = 0 AND pg_has_role(s.srvowner, 'USAGE'))
    ORDER BY 1 LIMIT 50
    """

  /// A dump gives each thing to its owner, for which one has to be able to become that role. An extension is made in its
  /// default version. Columns and catalogs that older servers do not have are asked for by their names.
  private static let unmakable = """
    WITH \(DatabaseContents.things), all_things AS (
      SELECT * FROM things
      UNION ALL SELECT 'tables', 'pg_class'::regclass, oid, relowner FROM pg_class
        WHERE relkind IN ('r', 'p', 'f', 'm') AND relpersistence <> 't'
    ), own AS (
      SELECT * FROM all_things WHERE oid >= 16384 AND NOT EXISTS (
        SELECT FROM pg_depend d WHERE d.classid = class AND d.objid = all_things.oid AND d.objsubid = 0 AND d.deptype IN ('e', 'i'))
    ), lost(kind, name) AS (
      SELECT kind, (pg_identify_object(class, oid, 0)).identity FROM own
      WHERE kind IN ('event triggers', 'foreign-data wrappers', 'languages', 'access methods', 'operator classes',
          'operator families', 'text search parsers', 'text search templates')
        OR kind <> 'extensions' AND NOT pg_has_role(owner,
          CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END)
        OR EXISTS (SELECT FROM pg_extension e WHERE class = 'pg_extension'::regclass AND e.oid = own.oid AND NOT EXISTS (
          SELECT FROM pg_available_extensions a JOIN pg_available_extension_versions v
            ON v.name = a.name AND v.version = a.default_version
          WHERE a.name = e.extname AND (NOT v.superuser OR to_jsonb(v)->>'trusted' = 'true')))
        OR EXISTS (SELECT FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
          WHERE class = 'pg_proc'::regclass AND p.oid = own.oid AND (p.proleakproof OR NOT l.lanpltrusted))
        OR EXISTS (SELECT FROM pg_type t WHERE class = 'pg_type'::regclass AND t.oid = own.oid AND t.typtype = 'b')
        OR EXISTS (SELECT FROM pg_cast c WHERE class = 'pg_cast'::regclass AND c.oid = own.oid AND c.castmethod = 'b')
        OR EXISTS (SELECT FROM pg_publication p WHERE class = 'pg_publication'::regclass AND p.oid = own.oid AND (
          p.puballtables OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = to_regclass('pg_publication_namespace')
            AND d.refclassid = class AND d.refobjid = p.oid)))
      UNION ALL
      SELECT 'settings', coalesce(r.rolname || ': ', '') || split_part(entry, '=', 1)
      FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) AS entry LEFT JOIN pg_roles r ON r.oid = s.setrole
        LEFT JOIN pg_settings p ON lower(p.name) = lower(split_part(entry, '=', 1)) JOIN pg_roles me ON me.rolname = current_user
      WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (p.context LIKE 'superuser%' OR s.setrole NOT IN (0, me.oid) AND NOT me.rolcreaterole)
    )
    SELECT kind || ':', name FROM lost WHERE NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
    ORDER BY 1, 2 LIMIT 50
    """
}
