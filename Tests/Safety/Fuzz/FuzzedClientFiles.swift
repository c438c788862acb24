import HandoffSecrets
import HandoffStore
import HandoffSystem

@testable import HandoffProbes
@testable import HandoffSystem

/// Files of other clients, of which the first byte chooses one: passfile, service file, netrc, the configurations of
/// Docker, npm and the AWS CLI.
enum FuzzedClientFiles: FuzzedParser {
  private static let variables = ["PGPASSFILE", "PGSERVICEFILE", "NETRC", "AWS_SHARED_CREDENTIALS_FILE"]

  static func parse(_ input: [UInt8]) {
    let choice = Int(input.first ?? 0) % 8
    let body = Array(input.dropFirst())
    switch choice {
    case 0: readINI(body)
    case 1: _ = PostgresServiceFile.parse(text(body), service: "a")
    case 2:
      let words = ShellSplit.words(text(body)) ?? []
      hold(words.joined().utf8.count <= text(body).utf8.count, "words are made of the text")
    case 3: gather("config.json", body, ["DOCKER_CONFIG": FuzzFolder.path])
    default: gather("client", body, [variables[choice - 4]: FuzzFolder.path + "/client"])
    }
  }

  private static func readINI(_ body: [UInt8]) {
    guard let file = try? INIFile(body) else { return }
    hold(Set(file.order).count == file.order.count, "a section stands once")
    for value in file.sections.values.flatMap(\.values) { _ = try? INIFile.nested(value) }
  }

  private static func gather(_ name: String, _ body: [UInt8], _ variables: [String: String]) {
    FuzzFolder.write(name, body)
    let host = Host(environment: ProcessEnvironment(variables), workingDirectory: FuzzFolder.path)
    let secrets = KnownSecrets.gather(host: host, projectRoot: FuzzFolder.path, connections: [])
    hold(secrets.allSatisfy { !$0.name.isEmpty }, "a secret is called by what it was found in")
  }
}
