public import HandoffText

/// The text of a value that is masked. It is held in memory only.
public struct MaskedText: Sendable {
  /// The fact that it is the value of.
  public let fact: FactID
  /// The text.
  public let text: String
  /// What stands for it in commands: `MASKED_POSTGRES_HOST`.
  let placeholder: String
  let length: Int

  init(_ text: String, of fact: FactID) {
    self.fact = fact
    self.text = text
    length = text.utf8.count
    let words = fact.rawValue.split { !$0.isASCII || !($0.isLetter || $0.isNumber) }
    placeholder = (["MASKED"] + words.map { $0.uppercased() }).joined(separator: "_")
  }

  /// Whether the text is so much its own that it means the value wherever it stands: not `5432`, `localhost`, `main`.
  public var isDistinct: Bool {
    guard length >= 6, !Self.common.contains(text.lowercased()), !LoopbackHost.contains(text) else { return false }
    return length >= 8 || !text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
  }

  private static let common: Set<String> = [
    "postgres", "postgresql", "default", "develop", "development", "production", "staging", "testing", "master",
    "python", "python3", "pytest", "docker", "handoff", "handoffs", "origin/main", "origin/master", "project", "server",
    "service", "database", "environment", "masked", "passed", "failed", "running", "healthy",
  ]
}

/// The texts that are masked in a snapshot, longest first.
public struct MaskedTexts: Sendable {
  /// All of them.
  public let texts: [MaskedText]

  init(_ texts: [MaskedText] = []) {
    self.texts = texts
  }

  /// Takes them out of what stands beside a snapshot.
  public func hidden(in text: Untrusted) -> Untrusted { Untrusted(hider(for: nil).hidden(in: text.raw)) }

  /// - Parameter area: the area that is looked through, or nil for none.
  func hider(for area: String?) -> MaskedTextHider {
    MaskedTextHider(texts: texts.filter { $0.isDistinct || $0.fact.area == area })
  }
}

/// Takes masked texts out of what is said of one area.
struct MaskedTextHider {
  fileprivate let texts: [MaskedText]

  /// Whether a text holds one that means a masked value wherever it stands.
  func holdsDistinct(_ text: String) -> Bool {
    texts.contains { masked in
      masked.isDistinct && Self.replaced(Array(text.utf8), Array(masked.text.utf8), [], masked.isBounded) != nil
    }
  }

  /// The observation with other facts and without the texts.
  func hidden(in observation: Observation, facts: [Fact]) -> Observation {
    Observation(
      probe: observation.probe, facts: facts,
      findings: observation.allFindings.map { finding in
        Finding(
          finding.id, finding.severity, hidden(in: finding.message), remedies: finding.remedies.map(hidden),
          facts: finding.facts)
      },
      summary: hidden(in: observation.summary),
      setup: observation.setup.map(hidden), verification: observation.verification.map(hidden),
      wayBack: observation.wayBack.mapValues { $0.map(hidden) }, durationMilliseconds: observation.durationMilliseconds)
  }

  private func hidden(in remedy: Remedy) -> Remedy {
    let (command, note) = hidden(in: remedy.command)
    let description = Message.joined([hidden(in: remedy.description), note], separator: "; ")
    return Remedy(command, description, destructive: remedy.destructive)
  }

  private func hidden(in step: GuideStep) -> GuideStep {
    let (command, note) = hidden(in: step.command)
    return GuideStep(command, Message.joined([hidden(in: step.description), note], separator: "; "))
  }

  func hidden(in message: Message) -> Message {
    Message(
      parts: message.parts.map { part in
        switch part {
        case .value(let value):
          texts.contains { $0.text == value.raw } ? .words("masked") : .value(Untrusted(hidden(in: value.raw)))
        // A number is words of ours.
        case .words(let words): texts.contains { $0.text == words } ? .words("masked") : part
        }
      })
  }

  /// A name of a place, which may be the value itself.
  func hidden(inName name: String) -> String {
    texts.contains { $0.text == name } ? "masked" : hidden(in: name)
  }

  func hidden(in text: String) -> String {
    texts.reduce(text) { text, masked in
      Self.replaced(text, masked.text, "masked", masked.isBounded)
    }
  }

  /// The command with placeholders, and what is to be said of them.
  private func hidden(in command: ShellCommand) -> (ShellCommand, Message) {
    var used: [String] = []
    func hidden(_ line: String, _ word: (String) -> String?) -> String {
      texts.reduce(line) { line, masked in
        var result = line
        // As a word of the command, and within one.
        for form in [word(masked.text), masked.text].compactMap(\.self) {
          result = Self.replaced(result, form, masked.placeholder, masked.isBounded || form != masked.text)
        }
        if result != line, !used.contains(masked.placeholder) { used.append(masked.placeholder) }
        return result
      }
    }
    let new = ShellCommand(
      bash: hidden(command.bash, ShellWord.bash),
      powershell: command.powershell.map { hidden($0) { ShellWord.powershell($0) } })
    let note: Message =
      used.isEmpty ? Message() : Message(parts: [.words("masked, put in your own: " + used.joined(separator: ", "))])
    return (new, note)
  }

  private static func replaced(_ text: String, _ old: String, _ new: String, _ isBounded: Bool) -> String {
    let bytes = replaced(Array(text.utf8), Array(old.utf8), Array(new.utf8), isBounded)
    return bytes.map { String(decoding: $0, as: UTF8.self) } ?? text
  }

  /// - Parameter isBounded: whether it counts only where no letter, digit or underscore stands beside it.
  /// - Returns: nil where it does not occur.
  private static func replaced(_ text: [UInt8], _ old: [UInt8], _ new: [UInt8], _ isBounded: Bool) -> [UInt8]? {
    guard let first = old.first, text.count >= old.count else { return nil }
    var result: [UInt8] = []
    var found = false
    var index = 0
    while index < text.count {
      let end = index + old.count
      let isOne =
        text[index] == first && end <= text.count && text[index..<end].elementsEqual(old)
        && (!isBounded || (index == 0 || !isWord(text[index - 1])) && (end == text.count || !isWord(text[end])))
      if isOne {
        found = true
        result += new
        index = end
      } else {
        result.append(text[index])
        index += 1
      }
    }
    return found ? result : nil
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x5f: true
    default: false
    }
  }
}

extension MaskedText {
  /// Whether it is looked for as a word of its own: short words and numbers occur within others.
  fileprivate var isBounded: Bool {
    !isDistinct
      || length < 12
        && text.utf8.allSatisfy { byte in
          switch byte {
          case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x5f: true
          default: false
          }
        }
  }
}
