import HandoffModel
import HandoffSystem

/// Reads from an engine. Nothing that it can ask changes anything.
protocol EngineClient: Sendable {
  /// The containers, running or not, that bear a label.
  /// - Parameter label: `NAME=VALUE`, or nil for all.
  func containers(labelled label: String?, deadline: Deadline) async throws(EngineFailure) -> [ContainerSummary]

  /// All about some containers, in any order; nil for one that is not there any more.
  func details(
    of containers: [ContainerSummary], deadline: Deadline
  ) async -> [(ContainerSummary, Result<Container?, EngineFailure>)]

  /// What images are, by what containers call them; an image that is not there is absent.
  func images(_ references: Set<String>, deadline: Deadline) async -> [String: EngineImage]
}

/// What is taken of an engine's answers at most: whatever answers may be no engine.
enum EngineAnswer {
  /// How many values one container, image or version may have. Real ones have some hundreds.
  static let maximumValues = 8_000
  /// How many bytes the answer about one container or image may have.
  static let limit = 256 << 10
  /// How many bytes the answers about containers and images may have on average, beside what is taken of any engine. Real
  /// ones have 3 to 10 KiB.
  static let usualSize = 16 << 10
  /// How many containers are listed.
  static let maximumContainers = 1024
}

/// What an engine says of itself.
struct EngineVersion: Hashable, Sendable {
  /// The version of the server: `20.10.24`.
  let server: String
  /// The newest and oldest versions of its API.
  let api: String
  let oldestAPI: String?

  /// Reads the answer to `GET /version`, or nil when it is not one.
  init?(_ json: JSONValue) {
    guard let server = json["Version"]?.string, let api = json["ApiVersion"]?.string, Self.isVersion(api) else {
      return nil
    }
    self.server = server
    self.api = api
    oldestAPI = json["MinAPIVersion"]?.string.flatMap { Self.isVersion($0) ? $0 : nil }
  }

  /// The version of the API to speak: ours, or the engine's newest where that is older, or its oldest where that is
  /// newer. https://docs.docker.com/reference/api/engine/#api-version-matrix
  var negotiated: String {
    var version = Self.isNewer(api, than: Self.ours) ? Self.ours : api
    if let oldestAPI, Self.isNewer(oldestAPI, than: version) { version = oldestAPI }
    return version
  }

  /// The newest version whose answers were seen.
  private static let ours = "1.47"

  private static func isVersion(_ text: String) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 2
      && parts.allSatisfy { (1...4).contains($0.count) && $0.allSatisfy { ("0"..."9").contains($0) } }
  }

  private static func isNewer(_ one: String, than other: String) -> Bool {
    let (one, other) = (
      one.split(separator: ".").map { Int($0) ?? 0 }, other.split(separator: ".").map { Int($0) ?? 0 }
    )
    return other.lexicographicallyPrecedes(one)
  }
}

/// Why an engine did not say what it was asked.
enum EngineFailure: Error, Hashable, Sendable {
  /// There was no answer.
  case transport(HTTPError)
  /// The answer was a refusal with this status and, in it, the engine's words.
  case refused(status: Int, message: String)
  /// The answer makes no sense, and in which question.
  case senseless(to: String)
  /// The docker command, which was asked to reach the engine over ssh, did not give an answer.
  case command(CommandOutcome, said: String)
}
