import HandoffModel
import HandoffTestSupport
import HandoffText
import Testing

@testable import HandoffProbes

/// What mends a keyword that libpq does not take, and texts in the SQL of remedies; psql is the witness.
@Suite(.timeLimit(.minutes(1)), Lab.needs("postgres", "PG_PORT"))
struct PostgresKeywordTests {
  let fixture: PostgresFixture

  init() throws { fixture = try PostgresFixture() }

  @Test(
    "A keyword of DATABASE_URL is left out of it, and nothing else, whatever variables say",
    arguments: [
      ("sslmode=bogus", ""), ("sslmode=bogus&target_session_attrs=any", "?target_session_attrs=any"),
      ("target_session_attrs=standby&sslmode=prefer", "?sslmode=prefer"),
    ])
  func ofTheURL(query: String, left: String) async throws {
    let place = "127.0.0.1:\(try Lab.port("PG_PORT"))/\(try Lab.value("PG_DATABASE"))"
    let variables = [
      "DATABASE_URL": "postgresql://postgres:none@\(place)?\(query)", "PGSSLMODE": "prefer",
      "PGTARGETSESSIONATTRS": "any",
    ]
    let finding = try await fixture.observe(variables).finding("postgres.not-connected")
    let remedy = try #require(finding.remedies.first)
    #expect(remedy.description.plain == "the URL without it; add the password")
    let command = remedy.command.bash + " && echo \"$DATABASE_URL\" && psql -XqAt \"$DATABASE_URL\" -c 'SELECT 1'"
    let printed = try await fixture.paste(ShellCommand(bash: command, powershell: nil), with: variables)
    #expect(printed.split(separator: "\n") == ["postgresql://postgres@\(place)\(left)", "1"])
  }

  @Test("A variable is taken back where it, and not the URL, has the keyword")
  func ofAVariable() async throws {
    let url = "postgresql://postgres@127.0.0.1:\(try Lab.port("PG_PORT"))/\(try Lab.value("PG_DATABASE"))"
    let finding = try await fixture.observe(["DATABASE_URL": url, "PGSSLMODE": "bogus"])
      .finding("postgres.not-connected")
    #expect(finding.remedies.map(\.command.bash) == ["unset PGSSLMODE"])
  }

  @Test("A literal is the text itself, whether backslashes mean something or not", arguments: ["on", "off"])
  func literals(setting: String) async throws {
    for text in ["plain", "it's", #"a\b"#, #"\' OR 1 = 1 --"#, #"\"#, "''", "$x", "ü"] {
      let sql = "SET standard_conforming_strings = \(setting); SELECT \(SQLName.literal(text))"
      #expect(try await Psql.run(sql) == text, "\(text)")
    }
  }
}
