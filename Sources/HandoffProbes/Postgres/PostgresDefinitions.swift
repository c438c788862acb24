public import HandoffModel

extension PostgresProbe {
  /// What it establishes.
  public static let facts: [FactDefinition] = [
    FactDefinition(
      "postgres.database", .identity, title: "the database", isHead: true, meaning: "name, as connected"),
    FactDefinition(
      "postgres.host", .identity, title: "the host",
      meaning: "host name, address or socket folder, as connected"),
    FactDefinition("postgres.port", .identity, title: "the port", meaning: "number, as connected"),
    FactDefinition("postgres.user", .identity, title: "the role", meaning: "name, as connected"),
    FactDefinition(
      "postgres.server", .state, order: .higherIsBetter, title: "PostgreSQL",
      meaning: "version, as the server says it"),
    FactDefinition(
      "postgres.mode", .state, order: .ranked(PostgresCatalog.Mode.names), title: "the server's mode",
      meaning: "`primary`; `read-only` where transactions are so by default; `standby`"),
    FactDefinition(
      "postgres.cluster", .progress, title: "the cluster",
      meaning: "its system identifier, where the server tells it: whether it is the same server"),
    FactDefinition(
      "postgres.tables", .set, title: "the tables",
      meaning:
        "`schema.table` of ordinary, partitioned (not their partitions) and foreign tables; not the system's, not those of extensions"
    ),
    FactDefinition(
      "postgres.rows[*]", .volatile, title: "rows", memberOf: "postgres.tables",
      meaning: "the server's estimate; absent when the table was never analysed"),
    FactDefinition(
      "postgres.forbidden", .volatile, title: "tables that the role may not read",
      meaning: "members of the tables; absent when there are none"),
    FactDefinition(
      "postgres.foreign", .volatile, title: "foreign tables", meaning: "members of the tables whose rows are elsewhere"),
    FactDefinition(
      "postgres.size", .volatile, title: "the size",
      meaning: "bytes on disk; with more than 2,000 tables the server's estimate"),
    FactDefinition(
      "postgres.migrations.tool", .identity, title: "the migration tool",
      meaning: "whose tracking table the database has: \(MigrationTool.all.map(\.name).joined(separator: ", "))"),
    FactDefinition(
      "postgres.migrations.applied", .progress, title: "applied migrations", isNewestLast: true,
      meaning: "names or versions, as the tool has them"),
    FactDefinition(
      "postgres.migrations.pending", .progress, title: "pending migrations",
      meaning: "files of the migrations folder that are not applied"),
    FactDefinition(
      "postgres.migrations.failed", .state, order: .fewerIsBetter, title: "failed migrations",
      meaning: "names or versions that the tool knows to have failed half-way, where it records that"),
    FactDefinition(
      "postgres.migrations.missing", .progress, title: "applied migrations without a file",
      meaning: "names or versions that are applied and stand in no file"),
    FactDefinition(
      "postgres.migrations.changed", .state, order: .fewerIsBetter, title: "migrations changed since",
      meaning: "files that are not what was applied, where the tool keeps checksums"),
  ]

  /// What it finds.
  public static let findings: [FindingDefinition] = [
    FindingDefinition(
      "postgres.file-unreadable", "a file that would say which database the project uses cannot be read"),
    FindingDefinition("postgres.no-server", "no server answers where the database is said to be"),
    FindingDefinition("postgres.database-missing", "the server answers, but the database does not exist"),
    FindingDefinition("postgres.database-closed", "the database takes no connections"),
    FindingDefinition(
      "postgres.untrusted", "a document, or a file that git tracks, leads to another machine, and is not trusted"),
    FindingDefinition("postgres.service-missing", "no service file defines the service"),
    FindingDefinition("postgres.service-unreadable", "a service file is there and cannot be read"),
    FindingDefinition("postgres.password", "the password is missing or wrong"),
    FindingDefinition("postgres.passfile-unreadable", "the password file is there and may not be read"),
    FindingDefinition("postgres.role-missing", "the role does not exist"),
    FindingDefinition("postgres.login-forbidden", "the role may not log in"),
    FindingDefinition("postgres.refused-by-hba", "the server's pg_hba.conf does not let the role in"),
    FindingDefinition("postgres.permission", "the role may not connect to the database"),
    FindingDefinition("postgres.tls", "no encrypted connection can be made as it is asked for"),
    FindingDefinition("postgres.behind-pooler", "PgBouncer answers, and cannot log in to the server behind it"),
    FindingDefinition("postgres.starting", "the server is starting or stopping"),
    FindingDefinition("postgres.full", "the server takes no more connections"),
    FindingDefinition("postgres.timeout", "there was no answer by the deadline"),
    FindingDefinition("postgres.name-not-resolved", "the name of the host could not be resolved"),
    FindingDefinition("postgres.unreachable", "there is no way to the host"),
    FindingDefinition("postgres.socket-forbidden", "the server's socket may not be used"),
    FindingDefinition("postgres.garbage", "what answers there is not PostgreSQL"),
    FindingDefinition("postgres.not-connected", "the connection could not be made"),
    FindingDefinition("postgres.client-encoding", "the variable asks for an encoding that is not served"),
    FindingDefinition("postgres.unreadable", "a part of the catalog could not be read"),
    FindingDefinition("postgres.not-as-recorded", "the connection is another one than the handoff recorded"),
    FindingDefinition("postgres.other-server", "another server than recorded answers, and lacks tables"),
    FindingDefinition("postgres.read-only", "the server takes no writes any more"),
    FindingDefinition("postgres.tables-forbidden", "the role may not read tables that it could read"),
    FindingDefinition("postgres.table-moved", "a table that was recorded is in another schema"),
    FindingDefinition("postgres.table-replaced", "what bears the name of a recorded table is none"),
    FindingDefinition("postgres.migrations-pending", "migrations are not applied"),
    FindingDefinition("postgres.migrations-failed", "a migration failed half-way"),
    FindingDefinition("postgres.migrations-missing", "an applied migration has no file"),
    FindingDefinition("postgres.migrations-changed", "a migration was changed after it was applied"),
    FindingDefinition("postgres.migrations-duplicate", "two migrations have one version"),
    FindingDefinition("postgres.migrations-heads", "the migrations have more than one head"),
    FindingDefinition("postgres.migrations-untracked", "nobody keeps track of which migrations are applied"),
    FindingDefinition("postgres.migrations-folder", "the folder of migrations, or a file of theirs, could not be read"),
    FindingDefinition("postgres.migrations-unplaced", "a tool keeps track of migrations that were not found"),
  ]
}
