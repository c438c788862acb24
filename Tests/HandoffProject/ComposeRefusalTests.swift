import Testing

@testable import HandoffProject

/// What compose refuses a file for.
@Suite struct ComposeRefusalTests {
  /// What is told of a compose file, each without its place.
  func refusals(
    _ text: String, _ variables: [String: String] = [:], files: [String: String] = [:]
  ) throws -> [String] {
    let files = files.merging(["compose.yaml": text]) { $1 }
    let settings = try TemporaryProject(files).discover(variables).docker.settings
    return try #require(settings).refusals.map(\.message)
  }

  @Test(
    "A variable that has to be set and is not is told, where both versions of compose ask for it",
    arguments: [
      ("image: '${IMG:?}'", [:], true), ("image: 'a:${IMG?why}'", [:], true), ("command: [a, '${IMG:?}']", [:], true),
      ("image: '${IMG:?}'", ["IMG": ""], true), ("image: '${IMG?}'", ["IMG": ""], false),
      ("image: '${IMG:?}'", ["IMG": "a"], false), ("image: '$${IMG:?}'", [:], false), ("image: '${IMG}'", [:], false),
      ("image: '${OTHER:-${IMG:?}}'", [:], false), ("image: a # ${IMG:?}", [:], false),
      ("image: '${IMG:?}'", ["COMPOSE_ENV_FILES": "more.env"], false),
    ] as [(String, [String: String], Bool)])
  func variables(line: String, variables: [String: String], isTold: Bool) throws {
    let told = try refusals("x-a: '${ELSE:?}'\nservices:\n  web:\n    \(line)\n", variables)
    #expect(told == (isTold ? ["the variable IMG is not set, and the file demands it"] : []))
  }

  @Test("A variable of .env is set")
  func dotenv() throws {
    #expect(try refusals("services: {web: {image: '${IMG:?}'}}", files: [".env": "IMG=a\n"]) == [])
  }

  @Test(
    "A file of env_file that is not there is told, unless it need not be",
    arguments: [
      ("env_file: gone.env", true), ("env_file: [there.env, gone.env]", true), ("env_file: [{path: gone.env}]", true),
      ("env_file: there.env", false), ("env_file: [{path: gone.env, required: false}]", false),
      ("env_file: '${UNSET}.env'", false), ("env_file: ~/gone.env", false),
      ("env_file: gone.env\n    profiles: [debug]", false),
    ])
  func files(line: String, isTold: Bool) throws {
    let told = try refusals("services:\n  web:\n    image: a\n    \(line)\n", files: ["there.env": ""])
    #expect(told == (isTold ? ["the file gone.env, which env_file names, is not there"] : []))
  }

  @Test(
    "A key that is misspelt is told, and none that a younger compose may know",
    arguments: [
      ("imagee", true), ("iamge", true), ("port", true), ("volumnes", true), ("x-image", false), ("pre_start", false),
      ("sandbox", false), ("use_api_socket", false),
    ])
  func keys(key: String, isTold: Bool) throws {
    #expect(try refusals("services: {web: {image: a, \(key): b}}").isEmpty == !isTold)
  }

  @Test("A service of a profile that is active is one that `up` starts")
  func profiles() throws {
    let text = "services: {web: {image: a}, debug: {image: a, profiles: [debug]}, more: {image: a, profiles: [more]}}"
    let settings = try TemporaryProject(["compose.yaml": text, ".env": "COMPOSE_PROFILES=debug, x\n"]).discover()
    #expect(settings.docker.settings?.services.filter(\.optional).map(\.name) == ["more"])
  }

  @Test("A service that another one waits for, or that is not started again, is meant to end")
  func ending() throws {
    let text = """
      services:
        app: {image: a, depends_on: {migrate: {condition: service_completed_successfully}, db: {condition: service_started}}}
        db: {image: a}
        migrate: {image: a}
        seed: {image: a, restart: "no"}
      """
    let services = try TemporaryProject(["compose.yaml": text]).discover().docker.settings?.services ?? []
    #expect(services.map(\.ending) == [.unsaid, .unsaid, .awaited, .final])
  }
}
