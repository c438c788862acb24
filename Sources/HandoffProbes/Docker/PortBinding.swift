import HandoffModel

/// A published port, as it was asked for. The port that was assigned where none was asked for moves with every restart.
struct PortBinding: Hashable, Sendable {
  /// The port of the container: `80/tcp`.
  let port: String
  /// The address of the host; empty for all of them.
  let address: String
  /// The port of the host, or a range of them; nil where any will do.
  let hostPort: String?

  /// Reads `HostConfig.PortBindings`, and the exposed ports of a container that publishes them all.
  static func all(_ bindings: [String: JSONValue], exposed: [String: JSONValue]) -> Set<PortBinding> {
    var all = Set(
      exposed.keys.filter { bindings[$0]?.array?.isEmpty != false }.map {
        PortBinding(port: $0, address: "", hostPort: nil)
      })
    for (port, hosts) in bindings {
      for binding in hosts.array ?? [] {
        let hostPort = binding["HostPort"]?.string ?? ""
        all.insert(
          PortBinding(
            port: port, address: binding["HostIp"]?.string ?? "",
            hostPort: hostPort.isEmpty || hostPort == "0" ? nil : hostPort))
      }
    }
    return all
  }

  /// The binding as `docker run --publish` takes it.
  func text(isEphemeral: Bool) -> String {
    var text = port
    if let hostPort, !isEphemeral {
      text = "\(hostPort):" + text
    } else if !address.isEmpty {
      text = ":" + text
    }
    return address.isEmpty ? text : (address.contains(":") ? "[\(address)]" : address) + ":" + text
  }
}
