import HandoffModel
import HandoffProbes
import HandoffProject
import HandoffSystem

/// Whether the server behind a connection is on this machine. That its address is one of the loopback interface does not
/// tell: `ssh -L`, a proxy or a cluster's port-forward listen there, too. What tells is the server's own process, seen here,
/// or a container of this machine's engine that publishes the port and has the server's address. In doubt it is not here.
struct ServerHere {
  /// The number of the server's process that serves the connection, as the server says it.
  let process: String
  /// The address and port at which the server took the connection; nil for a socket.
  let address: String?
  let port: String?
  let connection: PostgresConnection
  let context: ProbeContext

  var isKnown: Bool {
    get async {
      if await isProcessHere { return true }
      return await isContainerHere
    }
  }

  /// PostgreSQL writes into its title whom it serves: `postgres: USER DATABASE 127.0.0.1(47040) idle`
  /// (https://www.postgresql.org/docs/current/monitoring-ps.html).
  private var isProcessHere: Bool {
    get async {
      guard let number = Int(process), number > 1 else { return false }
      let title = await title(of: number)
      return title.hasPrefix("postgres: ") && title.contains(" \(connection.user) \(connection.database) ")
    }
  }

  /// What a process is called; empty where there is none.
  private func title(of process: Int) async -> String {
    if context.host.files.kind(of: "/proc/self") == .folder {
      let bytes = (try? context.host.files.read("/proc/\(process)/cmdline")) ?? []
      return String(decoding: bytes.map { $0 == 0 ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
    }
    let result = await context.host.commands.run(
      Command("ps", ["-o", "args=", "-p", "\(process)"], environment: context.host.environment.variables),
      deadline: .after(.seconds(5)))
    return result.succeeded ? result.text : ""
  }

  private var isContainerHere: Bool {
    get async {
      guard let address, let port, let services = try? ProjectServices(context), services.engine.isLocal else {
        return false
      }
      let docker = Docker(context.host, services.variables)
      let publishing = await docker.ask(
        ["ps", "--quiet", "--no-trunc", "--filter", "publish=\(connection.port)"], seconds: 10)
      guard publishing.succeeded else { return false }
      for id in publishing.text.split(separator: "\n") {
        guard let json = try? await docker.inspect("container", String(id)) else { continue }
        let networks = json["NetworkSettings"]?["Networks"]?.object ?? [:]
        let published = (json["NetworkSettings"]?["Ports"]?["\(port)/tcp"]?.array ?? []).filter {
          $0["HostPort"]?.string == "\(connection.port)"
        }
        if networks.values.contains(where: { $0["IPAddress"]?.string == address }),
          PublishedPort(connection, context.host.files).isServed(by: published.compactMap { $0["HostIp"]?.string })
        {
          return true
        }
      }
      return false
    }
  }
}
