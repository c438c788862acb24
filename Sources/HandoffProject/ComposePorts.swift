import Yams

/// The ports that a service publishes, as ``DockerSettings/Service/publishedPorts`` writes them.
struct ComposePorts {
  private var texts: Set<String> = []
  private var isCertain = true

  /// None.
  init() {}

  /// Reads `ports`.
  /// - Parameters:
  ///   - node: a list, or nil.
  ///   - hasNetworkMode: whether the service has no network of its own to publish ports of.
  ///   - text: a scalar's text, its variables put in; nil where one is not set.
  init(_ node: Node?, hasNetworkMode: Bool, _ text: (Node?) -> String?) {
    guard let node else { return }
    guard !hasNetworkMode, !ComposeFile.isTagged(node), let entries = node.sequence else {
      isCertain = false
      return
    }
    for entry in entries {
      guard let port = Self.text(of: entry, text) else {
        isCertain = false
        continue
      }
      texts.insert(port)
    }
  }

  /// All of them, sorted; nil where that cannot be told.
  var all: [String]? { isCertain ? texts.sorted() : nil }

  /// Adds those of a file that is laid over the first one.
  mutating func add(_ other: ComposePorts) {
    texts.formUnion(other.texts)
    isCertain = isCertain && other.isCertain
  }

  /// One entry; nil for ranges, addresses of IPv6, and whatever else is not read here.
  private static func text(of node: Node, _ text: (Node?) -> String?) -> String? {
    if let mapping = node.mapping {
      func value(_ name: String) -> String?? {
        guard let node = ComposeFile.member(name, of: mapping) else { return .some(nil) }
        return text(node).map { .some($0) }
      }
      guard let target = value("target"), let published = value("published"), let address = value("host_ip"),
        let type = value("protocol"), let target
      else { return nil }
      return self.text(address ?? "", published ?? "", target, type ?? "tcp")
    }
    guard let entry = text(node) else { return nil }
    let halves = entry.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard halves.count <= 2 else { return nil }
    let parts = halves[0].split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    let type = halves.count == 2 ? halves[1] : "tcp"
    return switch parts.count {
    case 1: self.text("", "", parts[0], type)
    case 2: self.text("", parts[0], parts[1], type)
    case 3: self.text(parts[0], parts[1], parts[2], type)
    default: nil
    }
  }

  private static func text(_ address: String, _ host: String, _ container: String, _ type: String) -> String? {
    guard let target = Int(container), let port = host.isEmpty ? 0 : Int(host), !type.isEmpty,
      address.utf8.allSatisfy({ $0 == UInt8(ascii: ".") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { return nil }
    let place = address == "0.0.0.0" ? "" : address
    let ending = "\(target)/\(type.lowercased())"
    if port == 0 { return place.isEmpty ? ending : "\(place)::\(ending)" }
    return (place.isEmpty ? "" : place + ":") + "\(port):\(ending)"
  }
}

extension ComposePorts {
  /// `"5443:5432"`, `"127.0.0.1:5443:5432/tcp"` or `{target: 5432, published: 5443}`.
  static func pair(_ node: Node, _ text: (Node?) -> String?) -> (host: Int, container: Int)? {
    if let mapping = node.mapping {
      guard let target = text(mapping["target"]).flatMap({ Int($0) }),
        let published = text(mapping["published"]).flatMap({ Int($0) })
      else { return nil }
      return (published, target)
    }
    guard let entry = text(node)?.split(separator: "/").first else { return nil }
    let parts = entry.split(separator: ":")
    guard parts.count >= 2, let container = Int(parts[parts.count - 1]), let host = Int(parts[parts.count - 2]) else {
      return nil
    }
    return (host, container)
  }

  /// The port of the container, `8080/tcp`, where any port of the host will do: `"8080"`, `"127.0.0.1::8080"`,
  /// `{target: 8080}`.
  static func ephemeral(_ node: Node, _ text: (Node?) -> String?) -> String? {
    if let mapping = node.mapping {
      guard let target = text(mapping["target"]), ["", "0"].contains(text(mapping["published"]) ?? "") else {
        return nil
      }
      return "\(target)/\(text(mapping["protocol"]) ?? "tcp")"
    }
    guard let parts = text(node)?.split(separator: "/"), let entry = parts.first else { return nil }
    let numbers = entry.split(separator: ":", omittingEmptySubsequences: false)
    guard let container = numbers.last, numbers.count == 1 || ["", "0"].contains(numbers[numbers.count - 2]) else {
      return nil
    }
    return "\(container)/\(parts.count > 1 ? String(parts[1]) : "tcp")"
  }
}
