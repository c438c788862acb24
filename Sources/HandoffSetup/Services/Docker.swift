import HandoffModel
import HandoffSystem
import HandoffText

/// The docker command, for what is neither shown nor logged.
struct Docker: Sendable {
  private let host: Host
  private let variables: [String: String?]

  /// - Parameter variables: what makes it speak to the engine that is meant.
  init(_ host: Host, _ variables: [String: String?]) {
    self.host = host
    self.variables = variables
  }

  /// Runs a command of it.
  func ask(_ arguments: [String], seconds: Double = 60) async -> CommandResult {
    await host.commands.run(
      Command("docker", arguments, environment: host.environment.changed(variables)),
      deadline: .after(.seconds(seconds)))
  }

  /// Runs a command whose failure changes nothing for its user.
  func tidy(_ arguments: [String]) async { _ = await ask(arguments) }

  /// What inspecting a thing says.
  /// - Parameter kind: `container`, `image`, `volume`, `network`.
  /// - Throws: ``ServiceProblem/trouble(_:_:)`` where there is no such thing, or docker does not answer.
  func inspect(_ kind: String, _ name: String) async throws(ServiceProblem) -> JSONValue {
    let result = await ask(["inspect", "--type", kind, "--", name])
    guard result.succeeded, let json = (try? JSONValue(parsing: result.standardOutput))?.array?.first else {
      let said = result.errorText.split(separator: "\n").last.map(String.init) ?? ""
      throw .trouble("docker inspect \(result.outcome.ending): \(Untrusted(said))", [])
    }
    return json
  }
}
