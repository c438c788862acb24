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
    return try #require(settings).refusals.map(\.mistake.message)
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
      ("env_file: gone.env\n    profiles: [debug]", false), ("env_file: !reset [gone.env]", false),
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

  @Test("What does not hang on a variable is told, also where there may be variables that are not known")
  func otherVariables() throws {
    let text = "services: {web: {iamge: '${IMG:?}', env_file: [gone.env, '${NAME}.env']}}"
    let known = ["a service has no key \"iamge\"; did you mean \"image\"?"]
    let there =
      known + [
        "the variable IMG is not set, and the file demands it", "the file gone.env, which env_file names, is not there",
        "the file a.env, which env_file names, is not there",
      ]
    #expect(try refusals(text, ["NAME": "a"]) == there)
    #expect(try refusals(text, ["NAME": "a", "COMPOSE_ENV_FILES": "more.env"]) == [there[0], there[2]])
    let below = ["COMPOSE_FILE": "deploy/compose.yaml", "NAME": "a"]
    let project = try TemporaryProject(["deploy/compose.yaml": text]).discover(below)
    let refusals = try #require(project.docker.settings).refusals
    #expect(refusals.map(\.reason) == [.unknownKey, .missing(file: "deploy/gone.env")])
  }

  @Test(
    "What a service names and nothing declares is told, unless it may be declared where nobody looked",
    arguments: [
      ("volumes: ['data:/x']", "data"), ("volumes: [{type: volume, source: data, target: /x}]", "data"),
      ("volumes: [./data:/x, /data:/x, ~/data:/x, 'd:/x', /x, '${DATA:-data}:/x', kept:/y]", nil),
      ("volumes: [{type: bind, source: data, target: /x}, {type: volume, target: /x}]", nil),
      ("networks: [front, kept, default]", "front"), ("networks: {front: {aliases: [a]}, kept: null}", "front"),
      ("networks: ['${NAME}']", nil), ("depends_on: [db]", "db"), ("depends_on: {db: {condition: x}}", "db"),
      ("depends_on: [other]", nil), ("depends_on: [db]\n    profiles: [x]", nil),
      ("depends_on: [db]\n    extends: {service: gone}", nil),
    ])
  func undeclared(line: String, name: String?) throws {
    let text = "services:\n  web:\n    image: a\n    \(line)\n  other: {image: a}\n"
    let declared = "volumes: {kept: }\nnetworks: {kept: }\n"
    #expect(try refusals(text + declared).contains { $0.contains("\"\(name ?? "")\"") } == (name != nil))
    #expect(try refusals(text + declared).count == (name == nil ? 0 : 1))
    #expect(try refusals(text + declared + "include: [more.yaml]\n") == [])
    let rest = "services: {db: {image: a}}\nvolumes: {data: }\nnetworks: {front: }\n"
    #expect(try refusals(text + declared, files: ["compose.override.yaml": rest]) == [])
  }

  @Test("Networks are known by the names that the engine knows them by")
  func networks() throws {
    let text = """
      name: p
      services: {web: {image: a, networks: [a, b, c, d, e]}, host: {image: a, network_mode: host}, plain: {image: a}}
      networks: {a: , b: {name: other}, c: {external: true}, d: {external: {name: old}}, e: {name: '${UNSET}'}}
      """
    let services = try TemporaryProject(["compose.yaml": text]).discover().docker.settings?.services
    #expect(services?.map(\.networks) == [[], [], ["c", "old", "other", "p_a"]])
  }

  @Test("Volumes and networks that the project makes are told from those that are made elsewhere")
  func declared() throws {
    let text = """
      name: p
      services: {web: {image: a}}
      networks: {a: , b: {name: other}, c: {external: true}}
      volumes: {a: , b: {name: other}, c: {external: true}, d: {external: {name: old}}, e: {name: '${UNSET}'}, f: {external: false}}
      """
    let settings = try TemporaryProject(["compose.yaml": text]).discover().docker.settings
    #expect(settings?.volumes == .init(own: ["p_a", "other", "p_f"], external: ["c", "old"]))
    #expect(settings?.networks == .init(own: ["p_a", "p_default", "other"], external: ["c"]))
    // What is not known, or may be said by a file that is not read, may be made elsewhere.
    for more in ["volumes: {a: {external: '${UNSET}'}}", "include: [more.yaml]"] {
      let settings = try TemporaryProject(["compose.yaml": "services: {web: {image: a}}\n" + more]).discover()
      #expect(settings.docker.settings?.volumes.external == nil)
    }
  }

  @Test("What an override file resets is asked for by nobody")
  func reset() throws {
    let text = """
      services:
        app: {image: a, build: ./app, env_file: gone.env, profiles: [x], depends_on: {job: {condition: service_completed_successfully}}}
        job: {image: a, deploy: {replicas: 0}, container_name: job}
        more: {image: a}
      """
    let over = """
      services:
        app: {build: !reset null, env_file: !override [there.env], profiles: !reset [], depends_on: !reset {}}
        job: {deploy: !reset {}, container_name: !reset null}
        more: !reset null
      """
    let files = ["compose.yaml": text, "compose.override.yaml": over, "there.env": ""]
    let settings = try #require(try TemporaryProject(files).discover().docker.settings)
    #expect(settings.refusals == [])
    #expect(settings.services.map(\.name) == ["app", "job"])
    #expect(settings.services.allSatisfy { !$0.optional && !$0.isAwaited && $0.buildContext == nil })
    #expect(settings.services.allSatisfy { $0.containerName == nil })
  }

  @Test("A service of a profile that is active is one that `up` starts")
  func profiles() throws {
    let text = "services: {web: {image: a}, debug: {image: a, profiles: [debug]}, more: {image: a, profiles: [more]}}"
    let settings = try TemporaryProject(["compose.yaml": text, ".env": "COMPOSE_PROFILES=debug, x\n"]).discover()
    #expect(settings.docker.settings?.services.filter(\.optional).map(\.name) == ["more"])
  }

  @Test("A service that another one waits for is meant to end")
  func ending() throws {
    let text = """
      services:
        app: {image: a, depends_on: {migrate: {condition: service_completed_successfully}, db: {condition: service_started}}}
        db: {image: a}
        migrate: {image: a}
        seed: {image: a, restart: "no"}
      """
    let services = try TemporaryProject(["compose.yaml": text]).discover().docker.settings?.services ?? []
    #expect(services.filter(\.isAwaited).map(\.name) == ["migrate"])
  }
}
