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
  private let distinct: MaskedTextHider

  /// Gathers them; none where nothing is kept back.
  public init(_ texts: [MaskedText] = []) {
    self.texts = texts
    distinct = MaskedTextHider(texts.filter(\.isDistinct))
  }

  /// Takes them out of what stands beside a snapshot.
  public func hidden(in text: Untrusted) -> Untrusted { Untrusted(distinct.hidden(in: text.raw)) }

  /// Whether a text holds one that means a masked value wherever it stands.
  func areDistinct(in text: String) -> Bool { distinct.isIn(text) }

  /// What takes them out of what is said of one area.
  func hider(for area: String) -> MaskedTextHider {
    let chosen = texts.filter { $0.isDistinct || $0.fact.area == area }
    return chosen.count == distinct.texts.count ? distinct : MaskedTextHider(chosen)
  }
}

/// Takes masked texts out of what is said of one area.
struct MaskedTextHider: Sendable {
  fileprivate let texts: [MaskedText]
  private let values: Set<String>
  private let matcher: ByteMatcher

  fileprivate init(_ texts: [MaskedText]) {
    self.texts = texts
    values = Set(texts.map(\.text))
    matcher = ByteMatcher(texts.map { ByteMatcher.Pattern($0.text.utf8, isBounded: $0.isBounded) })
  }

  fileprivate func isIn(_ text: String) -> Bool { !matcher.places(in: Array(text.utf8)).isEmpty }

  /// The observation with other facts and without the texts.
  func hidden(in observation: Observation, facts: [Fact]) -> Observation {
    let commands = MaskedCommandHider(texts)
    func hidden(_ remedy: Remedy) -> Remedy {
      let (command, note) = commands.hidden(in: remedy.command)
      let description = Message.joined([self.hidden(in: remedy.description), note], separator: "; ")
      return Remedy(command, description, destructive: remedy.destructive)
    }
    func hidden(_ step: GuideStep) -> GuideStep {
      let (command, note) = commands.hidden(in: step.command)
      return GuideStep(command, Message.joined([self.hidden(in: step.description), note], separator: "; "))
    }
    return Observation(
      probe: observation.probe, facts: facts,
      findings: observation.allFindings.map { finding in
        Finding(
          finding.id, finding.severity, self.hidden(in: finding.message), remedies: finding.remedies.map(hidden),
          facts: finding.facts)
      },
      summary: self.hidden(in: observation.summary),
      setup: observation.setup.map(hidden), verification: observation.verification.map(hidden),
      wayBack: observation.wayBack.mapValues { $0.map(hidden) }, durationMilliseconds: observation.durationMilliseconds)
  }

  func hidden(in message: Message) -> Message {
    Message(
      parts: message.parts.map { part in
        switch part {
        case .value(let value): values.contains(value.raw) ? .words("masked") : .value(Untrusted(hidden(in: value.raw)))
        // A number is words of ours.
        case .words(let words): values.contains(words) ? .words("masked") : part
        }
      })
  }

  /// A name of a place, which may be the value itself.
  func hidden(inName name: String) -> String { values.contains(name) ? "masked" : hidden(in: name) }

  func hidden(in text: String) -> String { matcher.replaced(in: text) { _ in "masked" } ?? text }
}

/// Puts placeholders into commands where masked texts stand: as a word of the command, and within one.
private struct MaskedCommandHider {
  private let texts: [MaskedText]
  private let bash: ByteMatcher
  private let powershell: ByteMatcher

  init(_ texts: [MaskedText]) {
    self.texts = texts
    bash = Self.matcher(of: texts, ShellWord.bash)
    powershell = Self.matcher(of: texts) { ShellWord.powershell($0) }
  }

  /// Two patterns for each text.
  private static func matcher(of texts: [MaskedText], _ word: (String) -> String?) -> ByteMatcher {
    ByteMatcher(
      texts.flatMap { masked in
        let word = word(masked.text) ?? masked.text
        return [
          ByteMatcher.Pattern(word.utf8, isBounded: masked.isBounded && word == masked.text),
          ByteMatcher.Pattern(masked.text.utf8, isBounded: masked.isBounded),
        ]
      })
  }

  /// The command with placeholders, and what is to be said of them.
  func hidden(in command: ShellCommand) -> (ShellCommand, Message) {
    var used: [String] = []
    func hidden(_ line: String, _ matcher: ByteMatcher) -> String {
      matcher.replaced(in: line) { pattern in
        let placeholder = texts[pattern / 2].placeholder
        if !used.contains(placeholder) { used.append(placeholder) }
        return placeholder
      } ?? line
    }
    let new = ShellCommand(
      bash: hidden(command.bash, bash), powershell: command.powershell.map { hidden($0, powershell) })
    let note: Message =
      used.isEmpty ? Message() : Message(parts: [.words("masked, put in your own: " + used.joined(separator: ", "))])
    return (new, note)
  }
}

extension MaskedText {
  /// Whether it is looked for as a word of its own: short words and numbers occur within others.
  fileprivate var isBounded: Bool { !isDistinct || length < 12 && text.utf8.allSatisfy(\.isWordOfASCII) }
}
