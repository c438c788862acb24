import Foundation
import HandoffDocument
import HandoffModel
import HandoffText

/// Numbers that are the same on every run with the same seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

/// Makes handoffs of every shape. The shape comes from one row of numbers and the texts from another, so that the same
/// seed gives a hostile and a plain handoff of the same shape.
struct HandoffGenerator {
  enum Texts { case hostile, plain }

  private var shape: SeededGenerator
  private var words: SeededGenerator
  private let texts: Texts
  private let ordersMembers: Bool
  private var counter = 0
  private var longTexts = 0

  init(seed: UInt64, texts: Texts, ordersMembers: Bool = false) {
    self.ordersMembers = ordersMembers
    shape = SeededGenerator(seed: seed)
    words = SeededGenerator(seed: seed &+ 1)
    self.texts = texts
  }

  /// Text that has broken some renderer or parser somewhere.
  static let hostilePieces: [String] = [
    "'", "\"", "\\", "|", "\\|", "a|b|c", "`", "``", "```", "````", "`````\n", "\n", "\r\n", "\r", "\n\n# Heading\n",
    "\n```\n", "\n~~~\n", "</details>", "<details>", "<!--", "-->", "--!>", "<script>alert(1)</script>", "<b>", "&amp;",
    "<!-- handoff:begin facts -->", "\n<!-- handoff:end facts -->\n", "\n<!-- handoff:author end done -->\n",
    "<!-- handoff:author begin done -->", "{{title}}", "{{{facts}}}", "{{#areas}}", "$(id)", "`id`", "${HOME}", "!!",
    "%s%n", "\u{0}", "\u{1b}[31m", "\u{7}", "\u{7f}", "\t", "\u{b}", "\u{c}", "\u{85}", "\u{a0}", "\u{200b}",
    "\u{200d}",
    "\u{202e}", "\u{2066}", "\u{2028}", "\u{2029}", "\u{feff}", "\u{fffd}", "\u{e000}", "\u{10ffff}", "\u{ad}",
    "👩‍💻", "🇩🇪", "e\u{301}", "é", "\u{301}", "`\u{301}", "|\u{301}", "\u{301}`", "עברית", "العربية", "日本語",
    "- [ ] item", "* a\n* b", "1. one", "> quote", "    code", "---", "===", "[a](javascript:x)", "![i](http://x)",
    "www.example.com", "https://example.com", "@octocat", "#1", "_a_ **b** ~~c~~", ":---:", "| - | - |", "~", "=x",
    "-n",
    "a  b", " lead", "trail ", "\\", "\\\\", "]", "[", "].x", "*", ": ", ":", "{\"a\":1}", "\u{2018}\u{2019}",
    "[^1]: note", "<http://x>", "&#96;", "\\u003c", "\\`", "` `", "$x$", "\u{1f9d1}\u{200d}\u{1f680}",
  ]

  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &shape) }

  mutating func chance(_ percent: Int) -> Bool { number(1...100) <= percent }

  /// The name of a member. Members stand in the order of their names, so that a hostile and a plain handoff are of one
  /// shape only where names begin alike.
  private mutating func member() -> String {
    let text = text()
    guard ordersMembers else { return text }
    return String(repeating: "0", count: 4 - String(counter).count) + String(counter) + text
  }

  /// A text that is not empty and unlike all others of this handoff. It has a quote, which no two shells write alike.
  mutating func text() -> String {
    counter += 1
    let long = number(1...500) == 1 && longTexts < 2
    if long { longTexts += 1 }
    guard texts == .hostile else { return "it's\(counter)" + (long ? String(repeating: "x", count: 4096) : "") }
    var text = ""
    for _ in 0..<Int.random(in: 1...4, using: &words) {
      text += Self.hostilePieces[Int.random(in: 0..<Self.hostilePieces.count, using: &words)]
    }
    text += String(counter)
    if long { while text.utf8.count < 4096 { text += text } }
    return Bool.random(using: &words) ? text + "'" : "'" + text
  }

  mutating func handoff() -> Handoff {
    var notes = AuthorNotes()
    if chance(80) { notes.title = text() }
    if chance(50) { notes.status = text() }
    if chance(50) { notes.priority = text() }
    let areas = ["aws", "python", "postgres", "docker", "git", "environment"]
    let seconds = TimeInterval(number(0...4_000_000_000))
    var observations: [Observation] = []
    for area in areas where chance(35) { observations.append(observation(area)) }
    if chance(20) { observations.append(observation("postgres[\(text())]")) }
    if chance(20) { observations.append(observation("check[\(text())]")) }
    return Handoff(
      notes: notes, previous: chance(50) ? text() : nil,
      snapshot: Snapshot(
        tool: "0.1.0", project: text(), capturedAt: Date(timeIntervalSince1970: seconds), observations: observations))
  }

  /// Sections of the author's: Markdown that may hold anything but marker text.
  mutating func sections() -> [NoteSection: String] {
    var sections: [NoteSection: String] = [:]
    for section in NoteSection.allCases where chance(60) {
      sections[section] = text().replacing("handoff:", with: "other:")
    }
    return sections
  }

  mutating func value(depth: Int = 0) -> JSONValue {
    switch number(0...(depth < 3 ? 7 : 5)) {
    case 0: return .null
    case 1: return .bool(chance(50))
    case 2: return .int(number(Int.min...Int.max))
    case 3: return .double(Double(number(-1_000_000...1_000_000)) / Double(number(1...7)) * (chance(10) ? 1e300 : 1))
    case 4, 5: return .string(text())
    case 6: return .array((0..<number(0...4)).map { _ in value(depth: depth + 1) })
    default:
      var members: [String: JSONValue] = [:]
      for _ in 0..<number(0...4) { members[member()] = value(depth: depth + 1) }
      return .object(members)
    }
  }

  private mutating func masked() -> JSONValue {
    let digits = (0..<48).map { _ in "0123456789abcdef".randomElement(using: &words)! }
    return MaskedValue(key: String(digits[..<16]), fingerprint: String(digits[16...])).map { .masked($0) } ?? .null
  }

  private mutating func observation(_ area: String) -> Observation {
    if chance(15) {
      return Observation(probe: area, facts: [], findings: [Finding(area + ".unused", .skipped, message())])
    }
    var facts: [Fact] = []
    for index in 0..<number(0...4) {
      facts.append(Fact(FactID("\(area).fact\(index)"), FactClass.allCases[number(0...5)], value(), source: source()))
    }
    if chance(40) {
      let count = chance(5) ? number(41...50) : number(0...6)
      facts.append(
        Fact(FactID("\(area).names"), .set, .strings((0..<count).map { _ in text() }), source: source()))
    }
    if chance(40) {
      var members: [String: JSONValue] = [:]
      for _ in 0..<number(0...6) { members[member()] = .string(text()) }
      facts.append(Fact(FactID("\(area).map"), .map, .object(members), source: source()))
    }
    for _ in 0..<(chance(2) ? 41 : number(0...3)) {
      let member = member()
      facts.append(Fact(FactID("\(area).item[\(member)].state"), .state, .string(text()), source: source()))
      facts.append(Fact(FactID("\(area).item[\(member)].image"), .identity, value(), source: source()))
      facts.append(Fact(FactID("\(area).item[\(member)].secret"), .identity, masked(), source: source()))
    }
    let findings = (0..<(chance(50) ? 0 : number(1...3))).map { _ in finding(area) }
    return Observation(
      probe: area, facts: facts, findings: findings, summary: message(), setup: steps(), verification: steps(),
      durationMilliseconds: number(0...100))
  }

  private mutating func source() -> Source {
    let kind = Source.Kind.allCases[number(0...Source.Kind.allCases.count - 1)]
    return Source(kind, chance(20) ? "" : text())
  }

  private mutating func message() -> Message {
    let first = Untrusted(text())
    return chance(50) ? "it is \(first) here" : "found \(first), wanted \(Untrusted(text()))"
  }

  private mutating func finding(_ area: String) -> Finding {
    let severities: [Status] = [.ok, .warning, .unknown, .failure]
    return Finding(
      "\(area).finding-\(number(1...3))", severities[number(0...3)], message(),
      remedies: (0..<number(0...2)).map { _ in Remedy(command(), message(), destructive: chance(20)) },
      facts: (0..<number(0...2)).map { _ in FactID("\(area).item[\(text())].state") })
  }

  private mutating func steps() -> [GuideStep] {
    (0..<number(0...2)).map { _ in GuideStep(command(), message()) }
  }

  private mutating func command() -> ShellCommand {
    .run("program", "--option", text(), text())
  }

  mutating func context() -> DocumentContext {
    DocumentContext(
      name: "SESSION-HANDOFF-2025-11-07-\(text()).md", folder: "handoffs",
      dictionary: FactDictionary(
        facts: [FactDefinition("aws.fact0", .identity, title: "the account", meaning: "an account")],
        findings: [FindingDefinition("postgres.finding-1", "the database does not exist")],
        areas: Fixture.areas),
      shells: [["bash"], ["powershell"], ["bash", "powershell"]][number(0...2)],
      journal: chance(50) ? journal() : nil)
  }

  private mutating func journal() -> Journal {
    Journal(
      since: chance(50) ? text() : nil,
      commits: (0..<number(0...3)).map { _ in
        Journal.Commit(id: Untrusted("a1b2c3d"), subject: Untrusted(text()), date: Untrusted("2025-11-07"))
      }, moreCommits: number(0...2),
      changedFiles: (0..<number(0...3)).map { _ in
        Journal.ChangedFile(status: Untrusted("M"), path: Untrusted(text()))
      }, moreFiles: number(0...2))
  }
}
