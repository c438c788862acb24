import HandoffModel
import HandoffText

/// Takes the paths of this machine out of what probes say, so that they do not stand in documents: the project's folder
/// goes, and the home folder becomes `~`. Values of facts and commands are left as the probes made them.
struct MachinePaths {
  private let folders: [(path: [UInt8], replacement: [UInt8], rest: [UInt8])]

  /// - Parameters:
  ///   - root: the project's folder.
  ///   - home: the user's home folder, or nil.
  init(root: String, home: String?) {
    var folders: [(path: [UInt8], replacement: [UInt8], rest: [UInt8])] = []
    if root != "/" { folders.append((Array(root.utf8), Array(".".utf8), [])) }
    if let home, home.hasPrefix("/"), home != "/" {
      folders.append((Array(home.utf8), Array("~".utf8), Array("~/".utf8)))
    }
    self.folders = folders
  }

  /// The observation without them.
  func hidden(in observation: Observation) -> Observation {
    Observation(
      probe: observation.probe,
      facts: hidden(in: observation.facts),
      findings: observation.findings.map { finding in
        Finding(
          finding.id, finding.severity, hidden(in: finding.message), remedies: finding.remedies.map(hidden),
          facts: finding.facts)
      },
      summary: hidden(in: observation.summary), setup: observation.setup.map(hidden),
      verification: observation.verification.map(hidden),
      wayBack: observation.wayBack.mapValues { $0.map(hidden) }, durationMilliseconds: observation.durationMilliseconds)
  }

  private func hidden(in facts: [Fact]) -> [Fact] {
    // Most facts of an area have the same source.
    var last = (detail: "", hidden: "")
    return facts.map { fact in
      let detail = fact.source.detail
      if detail != last.detail { last = (detail, hidden(in: detail)) }
      return last.hidden == detail
        ? fact : Fact(fact.id, fact.factClass, fact.value, source: Source(fact.source.kind, last.hidden))
    }
  }

  private func hidden(in remedy: Remedy) -> Remedy {
    Remedy(remedy.command, hidden(in: remedy.description), destructive: remedy.destructive)
  }

  private func hidden(in step: GuideStep) -> GuideStep { GuideStep(step.command, hidden(in: step.description)) }

  func hidden(in message: Message) -> Message {
    Message(
      parts: message.parts.map { part in
        if case .value(let value) = part { .value(Untrusted(hidden(in: value.raw))) } else { part }
      })
  }

  func hidden(in text: String) -> String {
    var text = text
    for folder in folders where text.utf8.count >= folder.path.count {
      let bytes = Array(text.utf8)
      var result: [UInt8] = []
      var index = 0
      while index < bytes.count {
        let end = index + folder.path.count
        let isPath =
          bytes[index] == folder.path[0] && end <= bytes.count && bytes[index..<end].elementsEqual(folder.path)
          && (index == 0 || !Self.isOfName(bytes[index - 1]))
          && (end == bytes.count || !Self.isOfName(bytes[end]) || bytes[end] == 0x2f)
        if !isPath {
          result.append(bytes[index])
          index += 1
        } else if end + 1 < bytes.count, bytes[end] == 0x2f, Self.isOfName(bytes[end + 1]) {
          result += folder.rest
          index = end + 1
        } else {
          result += folder.replacement
          index = end
        }
      }
      if result.count != bytes.count { text = String(decoding: result, as: UTF8.self) }
    }
    return text
  }

  /// Whether a byte goes on with a path's name.
  private static func isOfName(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x2f, 0x5f, 0x7e, 0x80...: true
    default: false
    }
  }
}
