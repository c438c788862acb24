import HandoffTestSupport
import Testing

@testable import HandoffSystem

/// What libpq would find for a connection.
@Suite struct PostgresKeywordsTests {
  private func keywords(host: String?, port: Int? = nil, password: String? = nil) throws -> PostgresKeywords {
    let home = try TemporaryFolder([
      ".pg_service.conf": "[prod]\nhost=db.prod.internal\nport=5432\nuser=deploy\npassword=\("serv" + "ice")\n"
    ])
    return PostgresKeywords(
      PostgresParameters(
        host: host, port: port, database: nil, user: nil, password: password, options: ["service": "prod"],
        environment: ["HOME": home.path]),
      known: ["host", "port", "user", "password", "passfile", "service"])
  }

  @Test("A service's password goes to the place that it stands beside, and nowhere else")
  func servicePassword() throws {
    #expect(try keywords(host: nil)["password"] == "service")
    #expect(try keywords(host: "db.prod.internal", port: 5432)["password"] == "service")
    #expect(try keywords(host: "127.0.0.1")["password"] == nil)
    #expect(try keywords(host: nil, port: 29931)["password"] == nil)
    #expect(try keywords(host: "127.0.0.1")["user"] == "deploy")
    #expect(try keywords(host: "127.0.0.1", password: "own")["password"] == "own")
  }
}
