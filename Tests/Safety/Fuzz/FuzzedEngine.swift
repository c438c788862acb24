import HandoffModel

@testable import HandoffProbes

/// What the Docker Engine answers: version, list, container and image.
enum FuzzedEngine: FuzzedParser {
  static func parse(_ input: [UInt8]) {
    guard let json = try? JSONValue(parsing: input) else { return }
    let canonical = json.canonical
    hold(isOneLine(canonical), "canonical JSON is one line")
    hold((try? JSONValue(parsing: canonical.utf8)) == json, "what was written is what is read")
    if let version = EngineVersion(json) {
      hold(version.negotiated.utf8.allSatisfy { $0 == 0x2e || (0x30...0x39).contains($0) }, "a version is a number")
    }
    var elements: [JSONValue] = []
    let read: ()? = try? JSONValue.eachElement(parsing: input, maximumValues: 250_000) { element in
      elements.append(element)
      return true
    }
    hold((read == nil) == (json.array == nil), "an array is read one by one, and nothing else")
    hold(json.array == nil || json.array == elements, "elements are those of the array")
    for entry in json.array ?? [json] {
      if let summary = ContainerSummary(listed: entry) {
        hold(ContainerSummary.isName(summary.name), "a name can stand in a command")
      }
    }
    if let container = Container(inspected: json) {
      _ = (container.ports(), container.ports(ephemeral: ["80/tcp"]), container.hostPorts)
    }
    if let image = EngineImage(json) {
      hold(image.isMade(on: image), "an image is made on itself")
      _ = image.isRebuild(of: image, isSourceOld: true)
    }
  }
}
