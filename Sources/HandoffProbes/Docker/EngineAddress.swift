import HandoffText

/// Where an engine listens, as it stands in DOCKER_HOST or in a context.
enum EngineAddress: Hashable, Sendable {
  /// A unix socket, an absolute path.
  case unix(String)
  /// TCP, and the path below which the API is, empty or beginning with a slash.
  case tcp(host: String, port: Int, path: String)
  /// Over the ssh command; the whole text, for the docker command.
  case ssh(String)

  /// The socket that the docker command asks when nothing names another.
  static let defaultSocket = "/var/run/docker.sock"

  /// Reads an address as the docker command does: `unix://` without a path, `tcp://` without a host or port have its
  /// defaults, and what has no scheme is TCP.
  /// - Parameter tls: whether the connection will be encrypted, which decides the default port.
  /// - Returns: nil for what the docker command would refuse, and for a named pipe, which only Windows has.
  init?(parsing text: String, tls: Bool) {
    let trimmed = String(text.trimmed)
    guard !trimmed.isEmpty, trimmed.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else { return nil }
    let parts = trimmed.firstRange(of: "://").map { (trimmed[..<$0.lowerBound], trimmed[$0.upperBound...]) }
    switch parts?.0 {
    case "unix":
      let path = parts.map { String($0.1) } ?? ""
      self = .unix(path.isEmpty ? Self.defaultSocket : path)
    case "ssh": self = .ssh(trimmed)
    case "tcp", nil:
      guard let address = Self.tcp(parts?.1 ?? trimmed[...], tls: tls) else { return nil }
      self = address
    default: return nil
    }
  }

  private static func tcp(_ text: Substring, tls: Bool) -> EngineAddress? {
    let slash = text.firstIndex(of: "/") ?? text.endIndex
    var host = text[..<slash]
    var port = tls ? 2376 : 2375
    let path = text[slash...]
    guard !text.contains(" "), !host.contains("@"), !path.contains("?"), !path.contains("#") else { return nil }
    if let colon = host.lastIndex(of: ":"), host.last != "]" {
      let digits = host[host.index(after: colon)...]
      if !digits.isEmpty {
        guard let number = Int(digits), (1...65535).contains(number), digits.allSatisfy(\.isNumber) else { return nil }
        port = number
      }
      host = host[..<colon]
    }
    guard !host.contains(":") || (host.first == "[" && host.last == "]") else { return nil }
    return .tcp(host: host.isEmpty ? "localhost" : String(host), port: port, path: path == "/" ? "" : String(path))
  }

  /// The address for a person and a document: the path of a socket, or a URL without a password. Over ssh the user
  /// belongs to it.
  /// - Parameter path: shortens a path for a document.
  func shown(_ path: (String) -> String) -> String {
    switch self {
    case .unix(let socket): return path(socket)
    case .tcp(let host, let port, let path): return "tcp://\(host):\(port)\(path)"
    case .ssh(let text):
      let rest = text.dropFirst("ssh://".count)
      let authority = rest.prefix { $0 != "/" }
      guard let at = authority.lastIndex(of: "@") else { return "ssh://\(authority)" }
      let user = authority[..<at].prefix { $0 != ":" }
      return "ssh://\(user)\(authority[at...])"
    }
  }
}
