/// What a project does not want to be told as a fault, and why: an entry of `ignore` in `handoff.yml`.
public struct IgnoreRule: Hashable, Sendable {
  /// A pattern for ids of facts, or nil. `*` stands for anything, a backslash takes the next character as it is.
  public let fact: String?
  /// A pattern for ids of findings, or nil. With a pattern for facts both must fit.
  public let finding: String?
  /// Why, in its author's words on one line.
  public let reason: String

  /// Takes patterns, at least one.
  public init(fact: String? = nil, finding: String? = nil, reason: String) {
    self.fact = fact
    self.finding = finding
    self.reason = reason
  }

  /// A pattern that fits exactly this text.
  public static func pattern(exactly text: String) -> String {
    var pattern = ""
    for scalar in text.unicodeScalars {
      if scalar == "*" || scalar == "\\" { pattern += "\\" }
      pattern.unicodeScalars.append(scalar)
    }
    return pattern
  }

  /// Whether the rule is about facts alone and fits this one.
  func fits(_ id: String) -> Bool {
    guard finding == nil, let fact else { return false }
    return Pattern(fact).fits(id)
  }

  /// Whether the rule fits a finding: by its id, and by the facts that it is about.
  func fits(_ found: Finding) -> Bool {
    if let finding, !Pattern(finding).fits(found.id) { return false }
    guard let fact else { return finding != nil }
    guard let subject = found.facts.first else { return false }
    // A finding about several members is ignored only where all of them are.
    let pattern = Pattern(fact)
    return found.facts.filter { $0.pattern == subject.pattern && $0.area == subject.area }
      .allSatisfy { pattern.fits($0.rawValue) }
  }

  /// Whether the rule can be about an area of this kind (`postgres`).
  func concerns(kind: String) -> Bool {
    let text = fact ?? finding ?? ""
    let head = text.unicodeScalars.prefix { $0 != "." && $0 != "[" }
    return head.contains("*") || String(head) == kind
  }
}

/// A text in which `*` stands for anything. Compared by Unicode scalars.
struct Pattern {
  private enum Part: Hashable {
    case anything
    case scalar(Unicode.Scalar)
  }

  private let parts: [Part]

  init(_ text: String) {
    var parts: [Part] = []
    var isEscaped = false
    for scalar in text.unicodeScalars {
      if isEscaped {
        parts.append(.scalar(scalar))
        isEscaped = false
      } else if scalar == "\\" {
        isEscaped = true
      } else if scalar == "*" {
        if parts.last != .anything { parts.append(.anything) }
      } else {
        parts.append(.scalar(scalar))
      }
    }
    self.parts = parts
  }

  /// Whether the whole text fits. Time grows with the product of the lengths at most.
  func fits(_ text: String) -> Bool {
    let scalars = Array(text.unicodeScalars)
    var (part, position) = (0, 0)
    var retry: (part: Int, position: Int)?
    while position < scalars.count {
      if part < parts.count, parts[part] == .scalar(scalars[position]) {
        part += 1
        position += 1
      } else if part < parts.count, parts[part] == .anything {
        retry = (part, position)
        part += 1
      } else if let (star, start) = retry {
        retry = (star, start + 1)
        part = star + 1
        position = start + 1
      } else {
        return false
      }
    }
    return parts[part...].allSatisfy { $0 == .anything }
  }
}
