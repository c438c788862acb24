/// A JSON value, as RFC 8259 defines it; numbers are whole or binary floating point. A masked one, which no parser gives, is
/// written as a string.
public enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])
  indirect case masked(MaskedValue)

  /// Reads JSON text.
  /// - Parameters:
  ///   - bytes: UTF-8.
  ///   - maximumValues: how many values it may hold, those in others included.
  ///   - selection: what of it is wanted.
  /// - Throws: ``JSONSyntaxError`` when the bytes are not one JSON value.
  public init(
    parsing bytes: some Sequence<UInt8>, maximumValues: Int = 250_000, selecting selection: JSONSelection = .whole
  ) throws(JSONSyntaxError) {
    var parser = JSONParser(Array(bytes), maximumValues: maximumValues, selection: selection)
    self = try parser.parse()
  }

  /// Reads the elements of an array in JSON text, of which one at a time is in memory.
  /// - Parameters:
  ///   - bytes: UTF-8.
  ///   - maximumValues: how many values each of them may hold.
  ///   - selection: what of each of them is wanted.
  ///   - take: false ends the reading.
  /// - Throws: ``JSONSyntaxError`` when the bytes, as far as they were read, are not one array.
  public static func eachElement(
    parsing bytes: [UInt8], maximumValues: Int, selecting selection: JSONSelection = .whole,
    _ take: (JSONValue) -> Bool
  ) throws(JSONSyntaxError) {
    var parser = JSONParser(bytes, maximumValues: maximumValues, selection: selection)
    try parser.eachElement(take)
  }

  /// The members of an object, or nil.
  public var object: [String: JSONValue]? {
    if case .object(let members) = self { members } else { nil }
  }

  /// The elements of an array, or nil.
  public var array: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  /// A string, or nil.
  public var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// A whole number, however it was written (`1`, `1.0`), or nil.
  public var int: Int? {
    switch self {
    case .int(let number): number
    case .double(let number): Int(exactly: number)
    default: nil
    }
  }

  /// A truth value, or nil.
  public var bool: Bool? {
    if case .bool(let truth) = self { truth } else { nil }
  }

  /// The strings of an array, or nil when it is not an array of strings only.
  public var strings: [String]? {
    guard let elements = array else { return nil }
    let strings = elements.compactMap(\.string)
    return strings.count == elements.count ? strings : nil
  }

  /// The member of an object with this name, or nil.
  public subscript(_ name: String) -> JSONValue? { object?[name] }

  /// An array of strings.
  public static func strings(_ strings: some Sequence<String>) -> JSONValue {
    .array(strings.map(JSONValue.string))
  }

  /// A string, or null for nil.
  public static func optional(_ text: String?) -> JSONValue {
    text.map(JSONValue.string) ?? .null
  }
}

/// Text that is not JSON.
public struct JSONSyntaxError: Error, CustomStringConvertible {
  /// What is wrong.
  public let description: String
  /// The line it is on, counted from 1.
  public let line: Int
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A number.
  public init(integerLiteral value: Int) { self = .int(value) }
  /// A truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// An array.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// An object; of members with one name the last counts.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(Dictionary(elements, uniquingKeysWith: { $1 }))
  }
}
