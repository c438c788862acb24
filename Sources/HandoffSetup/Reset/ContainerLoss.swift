import HandoffText

/// The containers, volumes and networks of the project's compose project that a reset would remove.
struct ContainerLoss: Sendable {
  struct Container: Sendable {
    let id: String
    let name: String
    let image: String
    let state: String
    /// The ports of this machine at which it is published.
    let ports: Set<String>
  }

  struct Volume: Sendable {
    let name: String
    /// When it was made: another one of the same name has another time.
    let created: String
    /// Where its files are on the engine's machine; empty where that is not told.
    let folder: String
    /// As docker says it, or nil.
    let size: String?
    /// Whether the engine made it for a container, without a name of its own.
    let isAnonymous: Bool
    /// The ids of the containers that use it.
    let users: Set<String>
  }

  struct Network: Sendable {
    let id: String
    let name: String
    /// The ids of the containers that are in it.
    let users: Set<String>
  }

  let project: String
  let engine: String
  let variables: [String: String?]
  var containers: [Container]
  var volumes: [Volume]
  var networks: [Network]
  /// What bears the project's name and stays, each with the reason.
  let kept: [Message]

  var isEmpty: Bool { containers.isEmpty && volumes.isEmpty && networks.isEmpty }

  var lines: [Message] {
    let heading: Message = "compose project \(Untrusted(project)), on the engine at \(Untrusted(engine)):"
    let each =
      containers.map { "  container \(Untrusted($0.name)) (\(Untrusted($0.image)), \(Untrusted($0.state)))" as Message }
      + volumes.map { volume in
        let kind: Message = volume.isAnonymous ? "volume without a name" : "volume"
        let size: Message = volume.size.map { "\(Untrusted($0))" } ?? "size unknown"
        let use: Message = volume.users.isEmpty ? "; no container uses it now" : ""
        return "  \(kind) \(Untrusted(volume.name)) with all that is in it (\(size)\(use))"
      } + networks.map { "  network \(Untrusted($0.name))" }
    return [heading] + each
  }

  /// The commands that remove them.
  var commands: [ShellCommand] {
    var commands: [ShellCommand] = []
    if !containers.isEmpty { commands.append(.run(["docker", "rm", "--force"] + containers.map(\.id))) }
    if !volumes.isEmpty { commands.append(.run(["docker", "volume", "rm"] + volumes.map(\.name))) }
    if !networks.isEmpty { commands.append(.run(["docker", "network", "rm"] + networks.map(\.id))) }
    return commands
  }

  /// Holds what is there now against this, which was shown.
  /// - Returns: what is there now and was shown, and why the rest of what is there now stays.
  func unchanged(_ now: ContainerLoss) -> (loss: ContainerLoss, others: [Message]) {
    let shown = Set(containers.map(\.id))
    var others: [Message] = []
    func isShown(_ kind: Message, _ name: String, _ isSame: Bool, users: Set<String> = []) -> Bool {
      let what: Message = "\(kind) \(Untrusted(name)) stays"
      if !isSame {
        others.append("\(what): it was made after what was shown")
      } else if !users.isSubset(of: shown) {
        others.append("\(what): a container uses it that was made after what was shown")
      }
      return isSame && users.isSubset(of: shown)
    }
    var loss = now
    loss.containers.removeAll { !isShown("container", $0.name, shown.contains($0.id)) }
    loss.volumes.removeAll { now in
      let isSame = volumes.contains { $0.name == now.name && $0.created == now.created }
      return !isShown("volume", now.name, isSame, users: now.users)
    }
    loss.networks.removeAll { now in
      !isShown("network", now.name, networks.contains { $0.id == now.id }, users: now.users)
    }
    return (loss, others)
  }
}
