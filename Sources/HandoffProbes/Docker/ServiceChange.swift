import HandoffModel
import HandoffProject
import HandoffText

/// What the compose file asks of a service otherwise than its container was made: the image and the published ports. The
/// label `com.docker.compose.config-hash` would tell more, and only compose itself can compute it.
struct ServiceChange {
  /// The image of the file and of the container, where they differ.
  private(set) var image: (asked: String, present: String)?
  /// The ports of the file and of the container, where they differ.
  private(set) var ports: (asked: [String], present: [String])?

  /// Compares a container with its service, where it was made from the same files that were read, and with no variables
  /// of others.
  /// - Parameter images: the images by what they are called; two names of one image are no difference.
  /// - Returns: nil where nothing differs, or it cannot be told.
  init?(
    _ service: DockerSettings.Service, _ summary: ContainerSummary, _ container: Container,
    _ settings: DockerSettings, _ images: [String: EngineImage]
  ) {
    guard Self.isMadeFromThese(summary, settings) else { return nil }
    let present = container.image
    if let asked = service.image, service.isImageCertain, !Self.isID(present),
      Self.whole(asked) != Self.whole(present), images[asked]?.id != container.imageID
    {
      image = (asked, present)
    }
    if let asked = service.publishedPorts {
      let present = container.ports(ephemeral: service.ephemeralPorts)
      if asked != Set(present.map(Self.withoutAnyAddress)).sorted() { ports = (asked, present) }
    }
    if image == nil, ports == nil { return nil }
  }

  /// Whether a container was made from the same files that were read, and with no variables of others.
  private static func isMadeFromThese(_ summary: ContainerSummary, _ settings: DockerSettings) -> Bool {
    func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
    return !summary.compose.files.isEmpty && summary.compose.environmentFiles.isEmpty
      && summary.compose.files.map(name) == settings.composeFiles.map(name)
  }

  /// The networks that the file says a running container is in, and that it is not connected to.
  static func lostNetworks(
    _ service: DockerSettings.Service, _ summary: ContainerSummary, _ container: Container, _ settings: DockerSettings
  ) -> [String] {
    guard let connected = container.connected, isMadeFromThese(summary, settings) else { return [] }
    return service.networks.filter {
      ContainerSummary.isName($0) && !connected.contains($0) && $0 != container.lostNetwork
    }
  }

  /// The image that it is compared with, to be asked for.
  static func image(of service: DockerSettings.Service) -> String? { service.isImageCertain ? service.image : nil }

  /// Whether an image is named by its id.
  private static func isID(_ image: String) -> Bool {
    image.hasPrefix("sha256:") || (image.utf8.count >= 12 && image.allSatisfy(\.isHexDigit))
  }

  /// An image's name with a tag, and without the registry that it has by itself, which Podman writes.
  private static func whole(_ image: String) -> String {
    var name = image[...]
    for prefix in ["docker.io/", "index.docker.io/", "localhost/", "library/"] where name.hasPrefix(prefix) {
      name = name.dropFirst(prefix.count)
    }
    let last = name[(name.lastIndex(of: "/") ?? name.startIndex)...]
    return last.contains(":") || last.contains("@") ? String(name) : name + ":latest"
  }

  /// A port without the address that stands for all of them.
  private static func withoutAnyAddress(_ port: String) -> String {
    guard port.hasPrefix("0.0.0.0:") else { return port }
    let rest = port.dropFirst("0.0.0.0:".count)
    return String(rest.hasPrefix(":") ? rest.dropFirst() : rest)
  }

  /// What is to be told of it.
  /// - Parameters:
  ///   - name: the container's.
  ///   - file: the compose file.
  ///   - up: makes it as the file says.
  func finding(_ name: String, file: String, up: Remedy) -> Finding {
    var parts: [Message] = []
    var facts: [FactID] = []
    if let image {
      parts.append(
        "has the image \(Untrusted(image.present)), and \(Untrusted(file)) asks for \(Untrusted(image.asked))")
      facts.append(FactID("docker.container[\(name)].image"))
    }
    if let ports {
      parts.append("publishes \(Self.list(ports.present)), and \(Untrusted(file)) asks for \(Self.list(ports.asked))")
      facts.append(FactID("docker.container[\(name)].ports"))
    }
    return Finding(
      "docker.service-changed", .warning, "\(Untrusted(name)) \(Message.joined(parts, separator: "; it "))",
      remedies: [up], facts: facts)
  }

  private static func list(_ ports: [String]) -> Message {
    ports.isEmpty ? "no port" : .joined(ports.map { "\(Untrusted($0))" }, separator: ", ")
  }
}
