import HandoffModel
import HandoffTestSupport
import Testing

/// Takes away the right to read each file and folder of projects whose databases tools migrate, one after the other: what
/// stands in it is unknown then, never gone, never changed and never to be applied.
@Suite(Lab.needs("postgres", "PG_PORT", "PG_BIN"))
struct PreventedMigrationsTests {
  @Test("Whatever of a tool's files may not be read, nothing is said that only it tells", arguments: layouts)
  func everyFile(_ layout: MigrationProject.Layout) async throws {
    let project = try await MigrationProject(layout)
    try project.giveAway()
    let generated = try await project.tool(asStranger: true, "generate")
    try #require(generated.status == 0, "\(generated)")
    let healthy = try Report(try await project.tool(asStranger: true, "verify", "--format", "json"))
    try #require(healthy.status == 0 && healthy.allChanges.isEmpty, "\(healthy.allChanges) \(healthy.findings)")
    var isTold = false
    for path in try project.places() {
      try await project.hiding(path) {
        let report = try Report(try await project.tool(asStranger: true, "verify", "--format", "json"))
        let told: Comment = "\(path): \(report.allChanges) \(report.findings)"
        #expect([0, 2].contains(report.status), told)
        #expect(report.allChanges.allSatisfy { $0.contains(" unknown ") }, told)
        #expect(report.allChanges.isEmpty == (report.status == 0), told)
        #expect(Set(report.findings).isSubset(of: ["postgres.migrations-folder"]), told)
        isTold = isTold || report.status == 2
      }
    }
    #expect(isTold, "that something may not be read was seen")
    try await project.remove()
  }

  private static let flyway =
    "INSERT INTO flyway_schema_history SELECT 1, '1', 'a', 'SQL', 'V1__a.sql', NULL, 'u', now(), 1, true"
  private static let resources = "src/main/resources/"

  static let layouts: [MigrationProject.Layout] = [
    .init(
      name: "Rails", tool: "rails", sql: "INSERT INTO schema_migrations VALUES ('1'), ('2'), ('3')",
      files: [
        "db/migrate/1_a.rb": "", "db/migrate/later/2_b.rb": "", "engines/store/db/migrate/3_c.rb": "",
        "Gemfile": "gem \"store\", path: \"engines/store\"\n", "config/application.rb": "",
        "config/database.yml": "development: {database: a}\n", "docs/a": "",
      ]),
    .init(
      name: "Rails with databases", tool: "rails", sql: "INSERT INTO schema_migrations VALUES ('1'), ('2')",
      files: [
        "db/story/1_a.rb": "", "db/more/2_b.rb": "", "db/migrate/7_x.rb": "",
        "config/database.yml":
          "test:\n  primary:\n    database: NAME\n    migrations_paths: [db/story, db/more]\n  other: {database: x}\n",
      ]),
    .init(
      name: "Spring", tool: "flyway",
      sql: flyway + "; INSERT INTO flyway_schema_history SELECT 2, '2', 'a', 'JDBC', 'x', NULL, 'u', now(), 1, true",
      files: [
        resources + "application.properties": "a=b\n",
        resources + "config/application.yml": "spring: {flyway: {locations: 'classpath:db/changes'}}\n",
        resources + "db/changes/V1__a.sql": "", "src/main/java/db/changes/V2__B.java": "",
        resources + "db/migration/V7__x.sql": "",
      ]),
    .init(
      name: "Flyway", tool: "flyway", sql: flyway,
      files: [
        "flyway.conf": "flyway.locations=filesystem:changes\n", "changes/V1__a.sql": "", "sql/V7__x.sql": "",
        "db/migration/V8__x.sql": "",
      ]),
    .init(
      name: "Django",
      sql: "CREATE TABLE django_migrations (id serial, app text, name text, applied timestamptz DEFAULT now()); "
        + "INSERT INTO django_migrations (app, name) VALUES ('shop', '0001_a'), ('books', '0001_a')",
      files: [
        "manage.py": "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site.settings.local')\n",
        "site/settings/local.py": "from .base import *\n",
        "site/settings/base.py": "INSTALLED_APPS = ['shop', 'books']\n",
        "shop/__init__.py": "", "shop/apps.py": "", "shop/migrations/__init__.py": "", "shop/migrations/0001_a.py": "",
        "books/__init__.py": "", "books/migrations/__init__.py": "", "books/migrations/0001_a.py": "",
      ]),
    .init(
      name: "Alembic",
      sql: "CREATE TABLE alembic_app (version_num varchar(32)); INSERT INTO alembic_app VALUES ('b2'); "
        + "CREATE TABLE alembic_version (version_num varchar(32)); INSERT INTO alembic_version VALUES ('x9')",
      files: [
        "backend/alembic.ini": "[alembic]\nscript_location = db\n",
        "backend/db/env.py": "context.configure(version_table='alembic_app')\n",
        "backend/db/versions/a.py": "revision = 'a1'\n",
        "backend/db/versions/b.py": "revision = 'b2'\ndown_revision = 'a1'\n", "backend/pyproject.toml": "",
      ]),
    .init(
      name: "sqlx", tool: "sqlx", sql: "INSERT INTO _sqlx_migrations VALUES (1, 'a', now(), true, sha384(''), 1)",
      files: ["migrations/1_a.sql": "", "sqlx.toml": "# ignored-chars = []\n"]),
    .init(
      name: "Prisma", tool: "prisma",
      sql: "INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, started_at) "
        + "VALUES ('1', encode(sha256(''), 'hex'), now(), '1_a', now())",
      files: ["web/prisma/migrations/1_a/migration.sql": "", "web/package.json": "{}"]),
    .init(
      name: "sqitch", tool: "sqitch",
      sql: "INSERT INTO sqitch.changes (change_id, change, project, committer_name, committer_email, planned_at, "
        + "planner_name, planner_email) VALUES ('1', 'a', 'sample', 'n', 'n', now(), 'n', 'n')",
      files: [
        "sqitch.conf": "[core]\n\ttop_dir = store\n", "store/deploy/a.sql": "",
        "store/sqitch.plan": "%project=sample\na 2024-01-01T00:00:00Z N <n@x>\n",
      ]),
    .init(
      name: "golang-migrate", tool: "golang-migrate", sql: "INSERT INTO schema_migrations VALUES (1, false)",
      files: ["db/migrations/1_a.up.sql": "", "db/migrations/1_a.down.sql": ""]),
    .init(
      name: "dbmate", tool: "dbmate", sql: "INSERT INTO schema_migrations VALUES ('1')",
      files: ["backend/db/migrations/1_a.sql": "", "migrations/x": ""]),
    .init(
      name: "goose", tool: "goose", sql: "INSERT INTO goose_db_version (version_id, is_applied) VALUES (1, true)",
      files: ["sql/migrations/1_a.sql": ""]),
    .init(
      name: "an empty database that waits for Alembic", sql: "SELECT 1",
      files: [
        "backend/alembic.ini": "[alembic]\nscript_location = db\n", "backend/db/versions/a.py": "revision = 'a1'\n",
        "migrations/1_a.sql": "SELECT 1",
      ]),
    .init(
      name: "an empty database that waits for dbmate", sql: "SELECT 1",
      files: ["migrations/1_a.sql": "-- migrate:up\nSELECT 1;\n"]),
    .init(
      name: "an empty database", sql: "SELECT 1", files: ["backend/db/env.py": "", "migrations/1_a.sql": "SELECT 1"]),
  ]
}
