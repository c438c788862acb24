import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffTestSupport
import Testing

@testable import HandoffProbes

/// Which folders `config/database.yml` gives a database.
@Suite struct RailsDatabasesTests {
  private func locations(_ development: String, _ database: String?) throws -> MigrationLocations {
    let scratch = try Scratch()
    try scratch.write("config/database.yml", "development:\n" + development)
    let context = ProbeContext(
      host: scratch.host(), project: GitFixture.project(at: scratch.path, handoffs: "handoffs"),
      deadline: .after(.seconds(5)))
    return try RailsDatabases.locations(".", database: database, MigrationReader(context: context))
  }

  private static let hidden = """
      primary:
        url: <%= ENV["DATABASE_URL"] %>
      events:
        url: <%= ENV["EVENTS_URL"] %>
        migrations_paths: db/events
    """

  @Test("Where Ruby works out the names of several databases, it is not told which is meant")
  func unnamed() throws {
    #expect(try !locations(Self.hidden, "events_development").isWhole)
    let both = "  primary: {database: shop}\n  events: {migrations_paths: db/events}\n"
    #expect(try !locations(both, "else").isWhole)
    #expect(try locations(both, "shop").isWhole && locations(both, "shop").folders.isEmpty)
  }

  @Test("Of databases that have the same paths any may be meant, and of those that are all named the primary one")
  func certain() throws {
    let same = "  primary: {migrations_paths: db/a}\n  replica: {migrations_paths: [db/a]}\n"
    #expect(try locations(same, "x").isWhole && locations(same, "x").folders == ["db/a"])
    let named = "  events: {database: e, migrations_paths: db/events}\n  primary: {migrations_paths: db/a}\n"
    #expect(try locations(named, "x").isWhole && locations(named, "x").folders == ["db/a"])
    #expect(try locations(named, "e").folders == ["db/events"])
  }

  @Test(
    "A URL is read for the name of its database",
    arguments: ["postgres://u@h:5433/events?pool=5", "postgresql:///events", "postgis://h/events#x"])
  func url(_ url: String) throws {
    let text = "  primary: {database: shop}\n  events:\n    url: \"\(url)\"\n    migrations_paths: db/events\n"
    let found = try locations(text, "events")
    #expect(found.isWhole && found.folders == ["db/events"])
    #expect(try locations(text, "s").folders.isEmpty)
  }
}
