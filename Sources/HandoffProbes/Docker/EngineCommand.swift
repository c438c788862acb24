import HandoffModel
import HandoffSystem

/// An engine that is reached over ssh: asked through the docker command, which knows how.
/// https://docs.docker.com/reference/cli/docker/#host
struct EngineCommand: EngineClient {
  /// How many commands run at once.
  private static let atOnce = 8

  private let address: String
  private let host: Host

  /// Asks the engine for its version.
  static func connect(
    to address: String, _ host: Host, deadline: Deadline
  ) async throws(EngineFailure) -> (command: EngineCommand, version: EngineVersion) {
    let command = EngineCommand(address: address, host: host)
    let result = try await command.run(["version", "--format", "{{json .Server}}"], deadline: deadline)
    guard let json = try? JSONValue(parsing: result.standardOutput, maximumValues: EngineAnswer.maximumValues),
      let version = EngineVersion(json)
    else {
      throw .senseless(to: "docker version")
    }
    return (command, version)
  }

  func containers(labelled label: String?, deadline: Deadline) async throws(EngineFailure) -> [ContainerSummary] {
    // One array of JSON a line: labels, listed as text, could not be told apart.
    let labels = [
      ComposeLabels.projectLabel, ComposeLabels.serviceLabel, ComposeLabels.oneOffLabel, ComposeLabels.folderLabel,
      ComposeLabels.filesLabel,
    ]
    let fields = ["json .ID", "json .Names", "json .Image"] + labels.map { "json (.Label \"\($0)\")" }
    let format = "[" + fields.map { "{{\($0)}}" }.joined(separator: ",") + "]"
    let filter = label.map { ["--filter", "label=\($0)"] } ?? []
    let result = try await run(["ps", "--all", "--no-trunc", "--format", format] + filter, deadline: deadline)
    var summaries: [ContainerSummary] = []
    for line in result.standardOutput.split(separator: UInt8(ascii: "\n")) {
      guard let values = (try? JSONValue(parsing: line))?.strings, values.count == 8,
        let name = values[1].split(separator: ",").map(String.init).first(where: { !$0.contains("/") }),
        ContainerSummary.isName(name), ContainerSummary.isName(values[0])
      else { throw .senseless(to: "docker ps") }
      func value(_ index: Int) -> String? { values[index].isEmpty ? nil : values[index] }
      summaries.append(
        ContainerSummary(
          id: values[0], name: name, image: values[2],
          compose: ComposeLabels(
            project: value(3), service: value(4), isOneOff: values[5].lowercased() == "true",
            workingDirectory: value(6), files: ComposeLabels.files(value(7)))))
    }
    return summaries
  }

  func details(
    of containers: [ContainerSummary], deadline: Deadline
  ) async -> [(ContainerSummary, Result<Container?, EngineFailure>)] {
    guard !containers.isEmpty else { return [] }
    let found: [String: Container?]
    do throws(EngineFailure) {
      found = try await inspect(
        ["inspect", "--type", "container", "--"] + containers.map(\.id), as: Container.init(inspected:),
        deadline: deadline)
    } catch {
      return containers.map { ($0, .failure(error)) }
    }
    return containers.map { summary in
      guard let read = found[summary.id] else { return (summary, .success(nil)) }
      guard let container = read else {
        return (summary, .failure(.senseless(to: "docker inspect")))
      }
      return (summary, .success(container))
    }
  }

  func images(_ references: Set<String>, deadline: Deadline) async -> [String: EngineImage] {
    await withTaskGroup(of: (String, EngineImage?).self) { group in
      var waiting = references.filter { !$0.hasPrefix("-") }.makeIterator()
      func askNext() {
        guard let reference = waiting.next() else { return }
        group.addTask {
          let found = try? await inspect(
            ["image", "inspect", "--", reference], outputLimit: 512 << 10, as: EngineImage.init, deadline: deadline)
          return (reference, found?.values.first ?? nil)
        }
      }
      for _ in 0..<Self.atOnce { askNext() }
      var images: [String: EngineImage] = [:]
      for await (reference, image) in group {
        images[reference] = image
        askNext()
      }
      return images
    }
  }

  /// What an inspecting command prints, by id; nil of what makes no sense. It ends with status 1 where a thing is missing,
  /// and prints the others.
  private func inspect<Thing>(
    _ arguments: [String], outputLimit: Int = 8 << 20, as read: (JSONValue) -> Thing?, deadline: Deadline
  ) async throws(EngineFailure) -> [String: Thing?] {
    let result = await start(arguments, outputLimit: outputLimit, deadline: deadline)
    guard result.succeeded || result.outcome == .exited(1) else {
      throw .command(result.outcome, said: result.errorText)
    }
    var found: [String: Thing?] = [:]
    do {
      try JSONValue.eachElement(parsing: result.standardOutput, maximumValues: EngineAnswer.maximumValues) { entry in
        if let id = entry["Id"]?.string { found.updateValue(read(entry), forKey: id) }
        return true
      }
    } catch {
      throw result.succeeded ? .senseless(to: "docker inspect") : .command(result.outcome, said: result.errorText)
    }
    return found
  }

  private func run(_ arguments: [String], deadline: Deadline) async throws(EngineFailure) -> CommandResult {
    let result = await start(arguments, deadline: deadline)
    guard result.succeeded else { throw .command(result.outcome, said: result.errorText) }
    return result
  }

  private func start(
    _ arguments: [String], outputLimit: Int = 8 << 20, deadline: Deadline
  ) async -> CommandResult {
    var environment = host.environment.variables
    // The address is given; what else would choose another one must not.
    environment["DOCKER_HOST"] = nil
    environment["DOCKER_CONTEXT"] = nil
    return await host.commands.run(
      Command(
        "docker", ["--host", address] + arguments, environment: environment, workingDirectory: host.workingDirectory,
        outputLimit: outputLimit, keepsDaemons: true),
      deadline: deadline)
  }
}
