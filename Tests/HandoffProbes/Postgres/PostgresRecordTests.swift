import Foundation
import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffTestSupport
import HandoffText
import Testing

@testable import HandoffProbes

/// What is there held against what was recorded, where the matrix does not reach.
@Suite struct PostgresRecordTests {
  private func advice(_ settings: PostgresSettings = PostgresSettings()) throws -> PostgresAdvice {
    let fixture = try PostgresFixture()
    let context = ProbeContext(
      host: fixture.host([:]), project: .empty(at: fixture.folder.path), deadline: .after(.zero))
    return PostgresAdvice(area: "postgres", target: PostgresTarget(settings, context), context: context)
  }

  @Test(
    "A table's name in a fact can be taken apart again",
    arguments: [("public", "users"), ("a.b", "c"), ("a\"b", "c.d"), ("\"", "x"), ("", "x"), ("Überall", "e e")])
  func names(schema: String, table: String) throws {
    let parts = try #require(SQLName.parts(ofMember: SQLName.member(schema: schema, table: table)))
    #expect(parts.schema == schema)
    #expect(parts.table == SQLName.part(table))
  }

  @Test("What shows a table's own name runs nothing that stands in it", Lab.needs("postgres", "PG_PORT"))
  func backquotes() async throws {
    let folder = try TemporaryFolder()
    let source = Source(.measured)
    let advice = try advice(
      PostgresSettings(
        host: Setting("127.0.0.1", source), port: Setting(try Lab.port("PG_PORT"), source),
        database: Setting("postgres", source), user: Setting(try Lab.value("PG_USER"), source)))
    for name in ["a`touch canary`", "a\"`touch canary`", "a'`touch canary`", "a\\! touch canary"] {
      let remedies = advice.remedies.describe(SQLName.member(schema: "public", table: name))
      #expect(!remedies.isEmpty)
      for remedy in remedies {
        let answer = try await Witness.ask(
          "bash", ["-c", remedy.command.bash], environment: Lab.bareEnvironment(home: folder.path), in: folder.path)
        #expect(answer.complaint.contains("Did not find any relation"), "\(answer)")
      }
      #expect(!FileManager.default.fileExists(atPath: folder.path + "/canary"), "\(name)")
    }
  }

  @Test("A table is said to have moved only if one new table alone bears its name")
  func moves() {
    let one = PostgresCatalog.Table(schema: "b", name: "t", rows: nil)
    let other = PostgresCatalog.Table(schema: "c", name: "t", rows: nil)
    #expect(PostgresMove.moves(of: ["a.t"], to: [one]).map(\.table) == [one])
    #expect(PostgresMove.moves(of: ["a.t"], to: [one, other]).isEmpty)
    #expect(PostgresMove.moves(of: ["a.u"], to: [one]).isEmpty)
  }

  @Test(
    "What PgBouncer says of the server behind it is unknown; of its own limit, full",
    arguments: [
      ("pgbouncer cannot connect to server", "postgres.behind-pooler"),
      ("query_wait_timeout", "postgres.behind-pooler"),
      ("no more connections allowed (max_client_conn)", "postgres.full"),
    ])
  func pooler(message: String, id: String) throws {
    let finding = try advice().lost(.server(sqlState: "08P01", message: message))
    #expect(finding.id == id)
    #expect(finding.severity == .unknown)
  }

  @Test("A database whose removal was interrupted is not opened again")
  func interruptedRemoval() throws {
    let message = "cannot connect to invalid database \"x\""
    let finding = try advice().lost(.server(sqlState: "55000", message: message))
    #expect(finding.id == "postgres.database-closed")
    #expect(finding.remedies.allSatisfy { $0.destructive && !$0.command.bash.contains("ALLOW_CONNECTIONS") })
  }
}

/// What the server tells of itself.
@Suite(.timeLimit(.minutes(1)), Lab.needs("postgres", "PG_PORT")) struct PostgresServerStateTests {
  @Test("The cluster and its mode are what psql says, also to a role without rights")
  func state() async throws {
    let cluster = try await Psql.run("SELECT system_identifier FROM pg_control_system()")
    let fixture = try PostgresFixture()
    let observation = try await fixture.observe(PostgresFixture.variables(user: "handoff_reader"))
    #expect(observation.fact("postgres.cluster")?.value == .string(cluster))
    #expect(observation.fact("postgres.mode")?.value == "primary")
    #expect(observation.fact("postgres.forbidden")?.value == ["public.audit_log"])
    #expect(observation.findings == [], "it never could read it")
  }
}
