import HandoffModel
import HandoffText

/// The project's containers in one line: "10 containers; storyteller restarts in a loop".
enum DockerSummary {
  static func count(_ count: Int, running: Int) -> Message {
    if count == 0 { return "no containers" }
    let all: Message = count == 1 ? "1 container" : "\(count) containers"
    return running == count ? all : "\(all), \(running) running"
  }

  /// What is wrong with containers, the first two of them named.
  static func trouble(_ findings: [Finding]) -> [Message] {
    var told: [Message] = []
    for finding in findings {
      guard let name = finding.facts.first?.member, let words = words[finding.id] else { continue }
      told.append("\(Untrusted(name)) \(words)")
    }
    return told.count <= 2 ? told : Array(told.prefix(2)) + ["\(told.count - 2) more"]
  }

  private static let words: [String: Message] = [
    "docker.container-exited": "is stopped", "docker.container-not-started": "was never started",
    "docker.container-paused": "is paused", "docker.container-restarting": "restarts in a loop",
    "docker.container-unhealthy": "is unhealthy", "docker.container-starting": "is starting",
    "docker.container-gone": "is gone", "docker.image-stale": "is probably out of date",
    "docker.image-replaced": "runs an older image", "docker.port-taken": "has no port",
    "docker.service-undefined": "is no longer defined", "docker.service-changed": "is not as the file says",
  ]
}
