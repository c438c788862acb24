/// A sentence for a person, in which the words are ours and the values are the world's.
///
/// Interpolating a plain string literal part is ours; interpolating ``Untrusted`` text keeps it apart, so that each
/// place renders it in its own safe way: `"database \(Untrusted(name)) does not exist"`.
public struct Message: Hashable, Sendable, ExpressibleByStringInterpolation {
  /// A part of a message.
  public enum Part: Hashable, Sendable {
    /// Our own words.
    case words(String)
    /// A value from the world.
    case value(Untrusted)
  }

  /// The parts in reading order.
  public var parts: [Part]

  /// Makes a message of parts.
  public init(parts: [Part] = []) {
    self.parts = parts
  }

  /// Makes a message of our own words.
  public init(stringLiteral value: String) {
    parts = value.isEmpty ? [] : [.words(value)]
  }

  /// Makes a message from an interpolation.
  public init(stringInterpolation: StringInterpolation) {
    parts = stringInterpolation.parts
  }

  /// Gathers the parts of an interpolated message.
  public struct StringInterpolation: StringInterpolationProtocol {
    var parts: [Part] = []

    /// Starts an interpolation.
    public init(literalCapacity: Int, interpolationCount: Int) {}

    /// Adds our own words.
    public mutating func appendLiteral(_ literal: String) {
      if !literal.isEmpty { parts.append(.words(literal)) }
    }

    /// Adds a value from the world.
    public mutating func appendInterpolation(_ value: Untrusted) {
      parts.append(.value(value))
    }

    /// Adds a number.
    public mutating func appendInterpolation(_ number: some BinaryInteger) {
      parts.append(.words(String(number)))
    }

    /// Adds another message.
    public mutating func appendInterpolation(_ message: Message) {
      parts += message.parts
    }

    /// Adds a literal of our own that is chosen at run time, for example one of two words.
    public mutating func appendInterpolation(words: StaticString) {
      parts.append(.words("\(words)"))
    }
  }

  /// Whether there is nothing to say.
  public var isEmpty: Bool { parts.isEmpty }

  /// For a terminal.
  public var terminal: String { render { $0.terminal } }

  /// For Markdown text: values stand in code spans.
  public var markdown: String { renderMarkdown { $0.markdownCode } }

  /// For a cell of a Markdown table: values stand in code spans that hold no bare pipe.
  public var markdownCell: String { renderMarkdown { $0.markdownCell } }

  /// For JSON, whose encoder escapes: the values as they were read.
  public var plain: String { render { $0.raw } }

  /// Our own words are written for a terminal too, so that what Markdown would take for its marks is escaped.
  private func renderMarkdown(_ value: (Untrusted) -> String) -> String {
    let parts = partsInSpans
    return parts.enumerated().map { index, part in
      switch part {
      case .words(let words):
        Untrusted.markdownText(words, beginsLine: index == 0, endsLine: index == parts.count - 1)
      case .value(let untrusted): value(untrusted)
      }
    }.joined()
  }

  /// The parts, values that follow each other as one: the backticks of two spans side by side would be read as others.
  private var partsInSpans: [Part] {
    var joined: [Part] = []
    for part in parts {
      if case .value(let next) = part, case .value(let last) = joined.last {
        joined[joined.count - 1] = .value(Untrusted(last.raw + next.raw))
      } else {
        joined.append(part)
      }
    }
    return joined
  }

  private func render(_ value: (Untrusted) -> String) -> String {
    parts.map { part in
      switch part {
      case .words(let words): words
      case .value(let untrusted): value(untrusted)
      }
    }.joined()
  }

  /// Joins messages with words of ours between them.
  public static func joined(_ messages: [Message], separator: StaticString) -> Message {
    var result = Message()
    for message in messages where !message.isEmpty {
      if !result.isEmpty { result.parts.append(.words("\(separator)")) }
      result.parts += message.parts
    }
    return result
  }
}
