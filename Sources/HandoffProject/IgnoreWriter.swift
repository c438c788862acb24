public import HandoffModel
import HandoffText
import Yams

/// Adds entries to the list `ignore` of `handoff.yml`, and leaves every other byte of the file as it is.
public struct IgnoreWriter {
  private let bytes: [UInt8]
  private let lineEnd: [UInt8]

  /// Takes the text of the file; empty where there is none.
  public init(_ text: String) {
    bytes = Array(text.utf8)
    lineEnd = Array((text.utf8.contains(UInt8(ascii: "\r")) ? "\r\n" : "\n").utf8)
  }

  /// An entry as it stands in the file.
  public static func entry(_ rule: IgnoreRule) -> String {
    let members = [("finding", rule.finding), ("fact", rule.fact), ("reason", rule.reason)].compactMap { name, text in
      text.map { "\(name): \(quoted($0))" }
    }
    return "{\(members.joined(separator: ", "))}"
  }

  /// The text with further entries.
  /// - Throws: ``ConfigurationError`` when the file is malformed, or is written so that nothing can be added.
  public func adding(_ rules: [IgnoreRule]) throws(ConfigurationError) -> String {
    let text = String(decoding: bytes, as: UTF8.self)
    var wanted = try ConfigurationReader.read(text)
    wanted.ignore += rules
    let entries = rules.map(Self.entry)
    // Whatever was found out about the file's form, only what reads as it is meant is written.
    for candidate in try candidates(entries, text) where (try? ConfigurationReader.read(candidate)) == wanted {
      return candidate
    }
    throw ConfigurationError(
      file: Configuration.fileName,
      message:
        "nothing can be added to it as it is written; add it by hand: ignore: [\(entries.joined(separator: ", "))]")
  }

  private func candidates(_ entries: [String], _ text: String) throws(ConfigurationError) -> [String] {
    let root = try YAMLReader.parse(text, file: Configuration.fileName)
    guard let (key, value) = root?.node.mapping?.first(where: { $0.key.string == "ignore" }), let line = key.mark?.line
    else {
      return [inserting(["ignore:"] + entries.map { "  - " + $0 }, at: bytes.count)]
    }
    let starts = lineStarts
    guard line <= starts.count else { return [] }
    let place = lastLine(of: line, starts)
    let block = entries.map { String(repeating: " ", count: place.indentation) + "- " + $0 }
    let inBlock = inserting(block, at: place.line < starts.count ? starts[place.line] : bytes.count)
    return [inBlock] + (value.sequence == nil ? [] : inFlow(entries, from: starts[line - 1]))
  }

  /// The number of the last line of a list whose key stands on a line, and the column of its dashes.
  private func lastLine(of key: Int, _ starts: [Int]) -> (line: Int, indentation: Int) {
    var last = key
    var indentation: Int?
    for number in key..<starts.count {
      let end = number + 1 < starts.count ? starts[number + 1] : bytes.count
      let line = bytes[starts[number]..<end]
      let spaces = line.prefix { $0 == UInt8(ascii: " ") }.count
      guard let first = line.dropFirst(spaces).first, ![0x0a, 0x0d, UInt8(ascii: "#")].contains(first) else { continue }
      let isEntry = first == UInt8(ascii: "-")
      if indentation == nil, isEntry { indentation = spaces }
      guard let column = indentation, spaces > column || (spaces == column && isEntry) else { break }
      last = number + 1
    }
    return (last, indentation ?? 2)
  }

  /// The text with entries before one of the closing brackets.
  private func inFlow(_ entries: [String], from start: Int) -> [String] {
    let list = entries.joined(separator: ", ")
    let closing = bytes.indices[start...].filter { bytes[$0] == UInt8(ascii: "]") }.prefix(200)
    return closing.flatMap { position in
      [", " + list, list].map { addition in
        String(decoding: bytes[..<position] + Array(addition.utf8) + bytes[position...], as: UTF8.self)
      }
    }
  }

  /// Where lines begin.
  private var lineStarts: [Int] {
    [0] + bytes.indices.filter { bytes[$0] == 0x0a && $0 + 1 < bytes.count }.map { $0 + 1 }
  }

  private func inserting(_ lines: [String], at position: Int) -> String {
    var added: [UInt8] = []
    if position > 0, bytes[position - 1] != 0x0a { added += lineEnd }
    for line in lines { added += Array(line.utf8) + lineEnd }
    return String(decoding: bytes[..<position] + added + bytes[position...], as: UTF8.self)
  }

  /// A double-quoted scalar (https://yaml.org/spec/1.2.2/#57-escaped-characters); what cannot be seen is escaped.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    var reader = VisibleScalars()
    for scalar in text.unicodeScalars {
      let isShown = reader.shows(scalar)
      if scalar == "\"" || scalar == "\\" {
        result += "\\"
        result.unicodeScalars.append(scalar)
      } else if isShown {
        result.unicodeScalars.append(scalar)
      } else {
        let digits = String(scalar.value, radix: 16)
        result += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
      }
    }
    return result + "\""
  }
}
