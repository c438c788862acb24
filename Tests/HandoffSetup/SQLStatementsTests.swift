import Testing

@testable import HandoffSetup

/// The statements of a file, as psql would send them.
@Suite struct SQLStatementsTests {
  func texts(_ sql: String, standardStrings: Bool = true) throws -> [String] {
    var scanner = SQLStatements(sql)
    var found: [String] = []
    while let statement = try scanner.next(standardStrings: standardStrings) { found.append(statement.text) }
    return found
  }

  @Test(
    "A semicolon in quotes, comments, parentheses or a function's body ends nothing",
    arguments: [
      "SELECT ';'", "SELECT 'it''s; fine'", #"SELECT E'\';'"#, #"SELECT e'a\\'"#, "SELECT 'a'\n  -- ;\n  ';b'",
      #"SELECT E'a'"# + "\n" + #"'\';'"#, "SELECT \";\"", "SELECT \"a\"\";\"", "SELECT $$;$$", "SELECT $a$ $$;$b$ $a$",
      "SELECT $ä$;$ä$", "SELECT a$b$, c$b$", "SELECT /* ; /* ; */ ; */ 1", "SELECT 1 -- ;\n, 2", "SELECT 1 --;",
      "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)", "SELECT U&'\\0061;'", "SELECT U&\"\\0061;\"",
      "SELECT B'1;'", "SELECT N';'", "SELECT $1, 'a'", "SELECT 1 -/* ; */- 2", "SELECT a -- b ' ;\n",
      "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 1 END; END",
      "create or replace procedure p() begin atomic insert into t values (1); end",
      "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1; SELECT 2'", "SELECT 'a\\'", "SELECT '\r\n;'",
    ])
  func one(_ statement: String) throws {
    let text = statement.hasSuffix("\n") ? String(statement.dropLast()) : statement
    let expected = [text.hasSuffix(" -- b ' ;") ? "SELECT a" : text.hasSuffix(" --;") ? "SELECT 1" : text]
    #expect(try texts(statement) == expected)
    #expect(try texts("SELECT 0;\n" + statement + "\n;SELECT 2") == ["SELECT 0"] + expected + ["SELECT 2"])
  }

  @Test("Without standard strings a backslash escapes the quote behind it")
  func old() throws {
    #expect(try texts(#"SELECT '\';'; SELECT 2"#, standardStrings: false) == [#"SELECT '\';'"#, "SELECT 2"])
    #expect(throws: SQLStatements.Mistake.open("'", line: 1)) { try texts(#"SELECT '\';'; SELECT 2"#) }
  }

  @Test("Where statements begin, and their first words")
  func lines() throws {
    var scanner = SQLStatements(
      "-- handoff: no-transaction\n/* a\n*/ ;;\r\nSELECT\n1;\nCREATE UNIQUE\nINDEX x ON t (a)")
    let first = try #require(try scanner.next())
    #expect(first.line == 4 && first.words == ["select"])
    let second = try #require(try scanner.next())
    #expect(second.line == 6 && second.words == ["create", "unique", "index", "x"])
    #expect(try scanner.next() == nil)
    #expect(scanner.headComments == [" handoff: no-transaction"])
  }

  @Test(
    "What psql would not send, and where",
    arguments: [
      ("SELECT 1;\n\\i other.sql\n", SQLStatements.Mistake.psqlCommand("\\i", line: 2)),
      ("SELECT 1 \\gexec", .psqlCommand("\\gexec", line: 1)), ("\\.", .psqlCommand("\\.", line: 1)),
      ("a\n'b", .open("'", line: 2)), ("\n\"", .open("\"", line: 2)), ("$a$ $b$", .open("$a$", line: 1)),
      ("/* /* */", .open("/*", line: 1)), ("SELECT (\n(1)", .open("(", line: 1)),
    ] as [(String, SQLStatements.Mistake)])
  func mistakes(_ sql: String, _ mistake: SQLStatements.Mistake) {
    #expect(throws: mistake) { try texts(sql) }
  }

  @Test("A long text is read at once", .timeLimit(.minutes(1)))
  func long() throws {
    #expect(try texts(String(repeating: "SELECT $a$;'\n$a$;", count: 200_000)).count == 200_000)
    #expect(try texts("SELECT " + String(repeating: "'a'\n", count: 500_000)).count == 1)
    #expect(try texts(String(repeating: "$a", count: 100_000) + "b").count == 1)
  }
}
