import Foundation
import HandoffTestSupport
import Testing

@testable import HandoffProject

/// The URLs of other programs, held against those programs.
@Suite(Lab.needs("python", "TOOLS")) struct URLReaderTests {
  /// Prints, for each pair of a reader and a URL, host, port, database, role and password.
  private static let script = """
    import json, sys
    import dj_database_url, environ, sqlalchemy

    def django(settings):
        options = settings.get("OPTIONS") or {}
        def first(option, name):
            return options.get(option) or settings[name]
        return [first("host", "HOST"), first("port", "PORT"), settings["NAME"], first("user", "USER"), settings["PASSWORD"]]

    def alchemy(url):
        said = (url := sqlalchemy.make_url(url)).get_dialect()().create_connect_args(url)[1]
        return [said.get(key) for key in ("host", "port", "dbname", "user", "password")]

    readers = {
        "django-environ": lambda url: django(environ.Env.db_url_config(url)),
        "dj-database-url": lambda url: django(dj_database_url.parse(url)),
        "SQLAlchemy": alchemy,
    }
    asked = json.loads(sys.argv[1])
    print(json.dumps([[str(each or "") for each in readers[name](url)] for name, url in asked]))
    """

  private static let both = ["django-environ", "dj-database-url"]
  private static let all = both + ["SQLAlchemy"]

  private static let cases: [(url: String, readers: [String])] = [
    ("postgres://me:word@db:7/x", both), ("postgresql://me:word@db:7/x", all), ("PostgreSQL://me@db:7/x", both),
    ("psql://me@db:7/x", ["django-environ"]), ("pgsql://me@db:7/x", both), ("postgis://me@db:7/x", both),
    ("timescale://me@db:7/x", ["dj-database-url"]), ("timescalegis://me@db:7/x", ["dj-database-url"]),
    ("postgresql+psycopg2://me@db:7/x", ["SQLAlchemy"]), ("postgresql+psycopg2://me@/x?host=a:1", ["SQLAlchemy"]),
    ("postgresql+psycopg2://me@/x?host=a:1&host=b:2", ["SQLAlchemy"]), ("postgresql:///x?host=/run/pg", all),
    ("postgres://me@%2Frun%2Fpg:7/x", ["dj-database-url"]), ("postgres:////run/pg/x", ["django-environ"]),
    ("postgres://me@:7//run/pg/x", ["django-environ"]), ("postgres://a%40b:w%2Fd@db/x%20y", both),
    ("postgres://me:w@d@db:7/x", both), ("postgres://me:w#d@db:7/x", ["django-environ"]),
    ("postgresql://me@[::1]:7/x", all), ("postgresql://db", all), ("postgresql://me@db/x?sslmode=require", all),
    ("postgres://me@a:1,b:2/x", ["django-environ"]), ("postgres://db/x?user=me&port=7", both),
    ("postgres://me@db:7/x#part", both),
  ]

  @Test("A URL leads where the programs that have its form take it")
  func agrees() throws {
    let asked = Self.cases.flatMap { each in each.readers.map { [$0, each.url] } }
    let words = String(decoding: try JSONEncoder().encode(asked), as: UTF8.self)
    let printed = try Witness.bytes(Lab.value("TOOLS") + "/bin/python", ["-c", Self.script, words])
    let answers = try JSONDecoder().decode([[String]].self, from: Data(printed))
    #expect(answers.count == asked.count)
    for (each, answer) in zip(asked, answers) {
      let url = try #require(ConnectionURL(each[1]), "\(each)")
      let port = url.port.map(String.init) ?? url.options["port"]
      let ours = [url.host, port, url.database, url.user, url.password].map { $0 ?? "" }
      #expect(ours == answer, "\(each)")
    }
  }
}

/// URLs that lead nowhere, or whose parts nobody can tell apart.
@Suite struct URLRefusalTests {
  @Test(arguments: [
    "postgres://[::1]:555555/x", "postgres://[::1]7/x", "postgres://h:0/x", "postgres://h:+5/x",
    "jdbc:postgresql://h/d;user=u;password=zq4711", "postgres://h/d;password=zq4711", "postgres://u%3Azq4711@h/d",
  ])
  func refused(_ url: String) { #expect(ConnectionURL(url) == nil) }

  @Test func whatIsNoPortIsLeftToLibpq() throws {
    let url = try #require(ConnectionURL("postgres://h/x?port=99999"))
    #expect(url.port == nil && url.options["port"] == "99999")
    #expect(ConnectionURL("postgres://[::1]:7/x")?.port == 7)
    #expect(ConnectionURL("postgres://[::1]:/x")?.host == "::1")
  }
}
