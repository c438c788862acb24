import HandoffModel
import HandoffTestSupport
import Testing

/// Where migrations stand by the tools' own settings, in the forms in which projects write them.
@Suite(Lab.needs("postgres", "PG_PORT", "PG_BIN"))
struct MigrationPlacesTests {
  /// A project, and what must be said of it.
  struct Case: Sendable, CustomTestStringConvertible {
    let layout: MigrationProject.Layout
    var pending: [String]?
    var missing: [String]?
    /// The ids of failures and of what is unknown.
    var findings: [String] = []
    var testDescription: String { layout.name }
  }

  @Test(
    "What a tool's own settings say of its migrations is taken as the tool takes it", arguments: rails + java + others)
  func places(_ item: Case) async throws {
    let project = try await MigrationProject(item.layout)
    let report = try Report(try await project.tool("preflight", "--format", "json"))
    let told: Comment = "\(report.findings)"
    #expect(report.fact("postgres.migrations.pending")?.strings == item.pending, told)
    #expect(report.fact("postgres.migrations.missing")?.strings == item.missing, told)
    #expect(report.findings == item.findings)
    try await witness(item, project)
    try await project.remove()
  }

  /// Alembic itself finds its revisions where they are said to stand.
  private func witness(_ item: Case, _ project: MigrationProject) async throws {
    guard item.layout.name.contains("alembic") || item.layout.name.contains("pyproject") else { return }
    guard let tools = try? Lab.value("TOOLS") else { return }
    let environment = Lab.bareEnvironment(home: project.home.path)
    let answer = try await Witness.ask(
      tools + "/bin/alembic", ["heads"], environment: environment, in: project.folder.path)
    #expect(answer.output == "b2 (head)", "\(answer.complaint)")
  }

  // MARK: Rails

  private static func rails(_ name: String, _ versions: [Int], _ files: [String: String]) -> MigrationProject.Layout {
    let values = versions.map { "('\($0)')" }.joined(separator: ", ")
    return .init(name: name, tool: "rails", sql: "INSERT INTO schema_migrations VALUES \(values)", files: files)
  }

  /// As `rails new` of Rails 8 writes it, with the settings that its generators leave.
  private static let databases = """
    # PostgreSQL. Versions 9.3 and up are supported.
    default: &default
      adapter: postgresql
      encoding: unicode
      max_connections: <%= ENV.fetch("RAILS_MAX_THREADS") { 5 } %>
    <% if true %>
    development:
      <<: *default
      database: story_development
    <% end %>
    production:
      primary: &primary_production
        <<: *default
        database: story_production
        password: <%= ENV["STORY_DATABASE_PASSWORD"] %>
      cache:
        <<: *primary_production
        database: CACHE
        migrations_paths: db/cache_migrate # Solid Cache
    """

  static let rails: [Case] = [
    Case(
      layout: rails(
        "Rails 8: the paths of other databases say nothing of the primary one's", [1, 2],
        ["db/migrate/1_a.rb": "", "db/cache_migrate/3_c.rb": "", "config/database.yml": databases]),
      pending: [], missing: ["2"]),
    Case(
      layout: rails(
        "Rails 8: a database with paths of its own", [3],
        [
          "db/migrate/1_a.rb": "", "db/cache_migrate/3_c.rb": "", "db/cache_migrate/4_d.rb": "",
          "config/database.yml": databases.replacing("CACHE", with: "NAME"),
        ]), pending: ["4_d.rb"], missing: []),
    Case(
      layout: rails(
        "Rails: the primary database has two paths", [1],
        [
          "db/migrate/1_a.rb": "", "db/more/2_b.rb": "", "engines/x/db/migrate/1_x.rb": "",
          "config/database.yml":
            "development:\n  other: {database: x, migrations_paths: db/other}\n  primary: {migrations_paths: [db/migrate, ./db/more]}\n",
        ]), pending: ["more/2_b.rb"], missing: []),
    Case(
      layout: rails(
        "Rails: the path is worked out by Ruby", [1],
        [
          "db/migrate/1_a.rb": "",
          "config/database.yml": "development:\n  migrations_paths: <%= ENV['PLACE'] %>\n",
        ]), findings: ["postgres.migrations-unplaced"]),
    Case(
      layout: rails(
        "Rails: the application adds a folder, in which what is applied may stand", [1, 2],
        [
          "db/migrate/1_a.rb": "",
          "config/application.rb": "config.paths[\"db/migrate\"] << Sample::Engine.root.join(\"db/migrate\")\n",
        ]), pending: [], findings: ["postgres.migrations-unplaced"]),
    Case(
      layout: rails(
        "Rails: a comment adds no folder", [1, 2],
        ["db/migrate/1_a.rb": "", "config/application.rb": "  # config.paths[\"db/migrate\"] << \"a\"\n"]),
      pending: [], missing: ["2"]),
  ]

  // MARK: Flyway

  private static func flyway(_ name: String, _ files: [String: String]) -> MigrationProject.Layout {
    let sql = "INSERT INTO flyway_schema_history SELECT 1, '1', 'a', 'SQL', 'V1__a.sql', NULL, 'u', now(), 1, true"
    // Where nobody looks who does as he is told.
    let usual = ["sql/V7__not.sql": "", "src/main/resources/db/migration/V8__not.sql": ""]
    return .init(name: name, tool: "flyway", sql: sql, files: usual.merging(files) { $1 })
  }

  private static func own(_ name: String, _ file: String, _ text: String) -> Case {
    Case(
      layout: flyway(name, ["db/changes/V1__a.sql": "", "db/changes/V2__b.sql": "", file: text]),
      pending: ["V2__b.sql"], missing: [])
  }

  private static func spring(_ name: String, _ file: String, _ text: String) -> Case {
    let folder = "src/main/resources/db/changes"
    return Case(
      layout: flyway(
        name, ["\(folder)/V1__a.sql": "", "\(folder)/V2__b.sql": "", "src/main/resources/\(file)": text]),
      pending: ["V2__b.sql"], missing: [])
  }

  static let java: [Case] = [
    own("flyway.conf: a colon", "flyway.conf", "# flyway.locations=no\nflyway.locations : filesystem:db/changes\n"),
    own(
      "flyway.conf: a line that goes on", "flyway.conf", "flyway.locations=\\\n  filesystem:db/changes\nflyway.x=y\n"),
    own(
      "flyway.toml: comments", "flyway.toml",
      "[flyway] # ours\nlocations = [ # all\n  'filesystem:db/changes', # the one: here\n] # end\n"),
    own("flyway.toml: a dotted key", "flyway.toml", "flyway.locations = [\"filesystem:db/changes\"] # [\"a\"]\n"),
    own(
      "flyway.user.toml alone", "flyway.user.toml", "[flyway]\nlocations = ['filesystem:db/changes']\n"),
    spring("Spring: a colon", "application.properties", "spring.flyway.locations: classpath:db/changes\n"),
    spring("Spring: a list of one", "application.properties", "spring.flyway.locations[0]=classpath:db/changes\n"),
    spring(
      "Spring: a comment behind the value, and another flyway", "application.yml",
      """
      management: # of the server
        flyway:
          locations: classpath:db/migration
      spring:
          application: {name: "@project.name@", version: @project.version@}
          flyway: # of the database
              locations: "classpath:db/changes" # the one
      """),
    spring("Spring: a dotted key", "application.yaml", "spring.flyway:\n  locations: [classpath:db/changes]\n"),
    spring(
      "Spring: config goes over the others", "config/application.yml",
      "spring: {flyway: {enabled: true, locations: 'classpath:db/changes'}}\n"),
    spring("Quarkus", "application.properties", "quarkus.flyway.locations=classpath:db/changes\n"),
    spring("Micronaut", "application.yml", "flyway:\n  datasources:\n    default: {locations: classpath:db/changes}\n"),
    Case(
      layout: flyway(
        "Spring: a document for a profile",
        [
          "src/main/resources/application.yml":
            "a: b\n--- # next\nspring:\n  config.activate.on-profile: x\n  flyway:\n    locations: classpath:db/x\n"
        ]),
      findings: ["postgres.migrations-unplaced"]),
    Case(
      layout: flyway(
        "flyway.toml: an environment has folders of its own",
        ["flyway.toml": "[environments.test.flyway]\nlocations = ['filesystem:db/x']\n"]),
      findings: ["postgres.migrations-unplaced"]),
  ]

  // MARK: Others

  private static func alembic(_ name: String, _ files: [String: String]) -> Case {
    var all = ["alembic/versions/x.py": "revision = 'x9'\n", "src/db/env.py": "", "src/db/versions/b.py": ""]
    all["src/db/versions/a.py"] = "revision = 'a1'\ndown_revision = None\n"
    all["src/db/versions/b.py"] = "revision = 'b2'\ndown_revision = 'a1'\n"
    let sql = "CREATE TABLE alembic_version (version_num varchar(32)); INSERT INTO alembic_version VALUES ('a1')"
    return Case(
      layout: .init(name: name, sql: sql, files: all.merging(files) { $1 }), pending: ["b.py"], missing: [])
  }

  static let others: [Case] = [
    alembic("alembic.ini: a colon", ["alembic.ini": "[alembic]\nscript_location: src/db\n"]),
    alembic(
      "alembic.ini and revisions that end their lines as Windows does",
      [
        "alembic.ini": "[alembic]\r\nscript_location = src/db\r\n",
        "src/db/versions/a.py": "revision = 'a1'\r\ndown_revision = None\r\n",
        "src/db/versions/b.py": "\"\"\"b\"\"\"\r\nrevision = 'b2'\r\ndown_revision = 'a1'\r\n",
      ]),
    alembic(
      "alembic.ini: a name is filled in",
      ["alembic.ini": "[DEFAULT]\nroot = %(here)s/src\n[alembic]\n# of ours\nScript_Location = %(root)s/db\n"]),
    alembic(
      "pyproject.toml: comments, and a table of another form",
      ["alembic.ini": "", "pyproject.toml": "[tool]\nalembic = { script_location = '%(here)s/src/db' } # ours\n"]),
    alembic(
      "pyproject.toml: several folders",
      [
        "alembic.ini": "[other]\n",
        "pyproject.toml":
          "[ tool . alembic ]\nscript_location = 'src/db'\nversion_locations = [ # all\n  \"src/db/versions\", # 'old'\n]\n",
      ]),
    Case(
      layout: .init(
        name: "sqitch.conf: comments and quotes", tool: "sqitch", sql: sqitch,
        files: [
          "sqitch.conf": "[core]\n\tengine = pg\n\ttop_dir = \"store\" ; here\n", "store/sqitch.plan": plan,
          "store/deploy/a.sql": "", "store/deploy/b.sql": "",
          "sqitch.plan": "%project=sample\nz 2024-01-01T00:00:00Z N <n@x>\n",
        ]), pending: ["b"], missing: []),
    Case(
      layout: .init(
        name: "sqitch.conf: the scripts stand elsewhere", tool: "sqitch", sql: sqitch,
        files: ["sqitch.conf": "[core]\n\tdeploy_dir = up\n", "sqitch.plan": plan, "up/a.sql": "", "up/b.sql": ""]),
      findings: ["postgres.migrations-unplaced"]),
  ]

  private static let plan = "%project=sample\na 2024-01-01T00:00:00Z N <n@x>\nb 2024-01-01T00:00:00Z N <n@x>\n"
  private static let sqitch =
    "INSERT INTO sqitch.changes (change_id, change, project, committer_name, committer_email, "
    + "planned_at, planner_name, planner_email) VALUES ('1', 'a', 'sample', 'n', 'n', now(), 'n', 'n')"
}
