public import HandoffText

/// A fact's value in a sentence.
public enum ValueText {
  /// How many members of a set or map are named before the rest is counted.
  public static let membersNamed = 6

  /// The value as a person reads it: text without quotes, lists by their members, long ones by their first members and
  /// how many more there are.
  public static func message(_ value: JSONValue) -> Message {
    switch value {
    case .null: return "none"
    case .bool(let truth): return truth ? "yes" : "no"
    case .int(let number): return "\(number)"
    case .double: return "\(Untrusted(value.canonical))"
    case .string(let text): return "\(Untrusted(text))"
    case .masked: return "masked"
    case .array(let elements):
      if elements.isEmpty { return "none" }
      return list(elements.prefix(membersNamed).map(message), count: elements.count)
    case .object(let members):
      if members.isEmpty { return "none" }
      let parts = members.sorted { $0.key.precedes($1.key) }.prefix(membersNamed).map { name, value -> Message in
        "\(Untrusted(name)) \(message(value))"
      }
      return list(parts, count: members.count)
    }
  }

  /// - Parameter parts: as many as are named.
  private static func list(_ parts: [Message], count: Int) -> Message {
    let named = Message.joined(parts, separator: ", ")
    return count > membersNamed ? "\(named) and \(count - membersNamed) more" : named
  }
}
