import HandoffSystem

/// A port of the loopback interface at which an engine may publish a container, and something else may listen as well: at
/// another address of that interface, or instead of the engine.
struct PublishedPort {
  /// A socket that takes connections, as Linux tells it (proc_net(5)).
  private struct Listener {
    let address: String
    let owner: String
    let inode: String

    /// One for all addresses of IPv6 may be for those of IPv4, too.
    func serves(_ other: String) -> Bool {
      address == other || address == "::" || address == "0.0.0.0" && !other.contains(":")
    }
  }

  /// Programs that take connections for the containers of an engine of this machine.
  private static let engines: Set<String> = ["docker-proxy", "dockerd", "rootlesskit"]

  private let port: Int
  /// The addresses that the host of the connection may stand for.
  private let addresses: [String]
  private let files: FileSystem

  init(_ connection: PostgresConnection, _ files: FileSystem) {
    port = connection.port
    addresses = connection.host.lowercased() == "localhost" ? ["127.0.0.1", "::1"] : [connection.host]
    self.files = files
  }

  /// Whether who connects to the port comes to a container that is published at these addresses, and to nothing else.
  func isServed(by published: [String]) -> Bool {
    guard let listeners else {
      // Nobody but the engine has the very address.
      return addresses.allSatisfy(published.contains)
    }
    let serving = listeners.filter { addresses.contains(where: $0.serves) }
    // Without a proxy the engine leads packets to the container, and nobody listens.
    let reached = serving.isEmpty ? addresses : addresses.filter { address in serving.contains { $0.serves(address) } }
    return reached.allSatisfy { fits($0, published) } && serving.allSatisfy(isEngine)
  }

  private func fits(_ address: String, _ published: [String]) -> Bool {
    published.contains(address) || published.contains(address.contains(":") ? "::" : "0.0.0.0")
  }

  // MARK: Who listens

  /// - Returns: who listens at the port; nil where the system does not tell.
  private var listeners: [Listener]? {
    guard let text = try? files.readText("/proc/self/net/tcp", limit: 64 << 20) else { return nil }
    let both = text + ((try? files.readText("/proc/self/net/tcp6", limit: 64 << 20)) ?? "")
    return both.split(separator: "\n").compactMap { line in
      // sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode
      let fields = line.split(separator: " ")
      guard fields.count > 9, fields[3] == "0A", let colon = fields[1].lastIndex(of: ":"),
        Int(fields[1][colon...].dropFirst(), radix: 16) == port
      else { return nil }
      return Listener(
        address: Self.address(fields[1][..<colon]), owner: String(fields[7]), inode: String(fields[9]))
    }
  }

  /// An address of IPv4, the loopback address of IPv6, or `::`; another one as it is written there.
  private static func address(_ digits: Substring) -> String {
    let last = digits.suffix(8)
    switch digits.dropLast(8) {
    case "", "0000000000000000FFFF0000":
      guard let number = UInt32(last, radix: 16) else { return String(digits) }
      let bytes = withUnsafeBytes(of: number, Array.init)
      return bytes.map { "\($0)" }.joined(separator: ".")
    case "000000000000000000000000" where last == "00000000": return "::"
    case "000000000000000000000000" where last == "01000000": return "::1"
    default: return String(digits)
    }
  }

  /// Whether a socket is the engine's own. A user may not see whose it is that is root's: then there has to be a proxy of the
  /// port, which says so in its arguments.
  private func isEngine(_ listener: Listener) -> Bool {
    let processes = ((try? files.list("/proc")) ?? []).filter { Int($0) != nil }
    let holders = processes.filter { process in
      let folder = "/proc/\(process)/fd"
      return ((try? files.list(folder)) ?? []).contains {
        files.destination(ofLink: folder + "/" + $0) == "socket:[\(listener.inode)]"
      }
    }
    if !holders.isEmpty {
      return holders.allSatisfy { process in
        files.destination(ofLink: "/proc/\(process)/exe").map { Self.engines.contains(PathText($0).name) } ?? false
      }
    }
    return listener.owner == "0"
      && processes.contains { process in
        let words = ((try? files.read("/proc/\(process)/cmdline")) ?? []).split(separator: 0).map {
          String(decoding: $0, as: UTF8.self)
        }
        guard PathText(words.first ?? "").name == "docker-proxy" else { return false }
        return zip(words, words.dropFirst()).contains { $0 == "-host-port" && $1 == "\(port)" }
      }
  }
}
