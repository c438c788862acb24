import HandoffText

/// Reads `checks` and `commands` of `handoff.yml`.
enum DeclaredReader {
  static func checks(_ reader: YAMLReader, keys: [String]) throws(ConfigurationError) -> [CheckSettings] {
    var checks: [CheckSettings] = []
    for (name, entry) in try named(reader, "checks") {
      let members = try entry.mapping(keys: keys)
      switch (members["tcp"], members["http"]) {
      case (let place?, nil):
        if let expect = members["expect"] { throw expect.error("expect goes with http") }
        guard let (host, port) = split(try place.text()), let port else {
          throw place.error("\(place.path) is HOST:PORT, as localhost:6379")
        }
        checks.append(CheckSettings(name: name, host: host, port: port, target: .tcp))
      case (nil, let url?):
        checks.append(try http(name, url, try expected(members["expect"])))
      default: throw entry.error("a check is {tcp: HOST:PORT} or {http: URL, expect: 200}")
      }
    }
    return checks
  }

  static func commands(_ reader: YAMLReader, keys: [String]) throws(ConfigurationError) -> [CommandSettings] {
    var commands: [CommandSettings] = []
    for (name, entry) in try named(reader, "commands") {
      let members = try entry.mapping(keys: keys)
      let usesShell = try members["shell"]?.flag() ?? false
      let words = try words(members["run"] ?? entry, usesShell: usesShell)
      var command = CommandSettings(name: name, run: words, usesShell: usesShell)
      if let capture = members["capture"], !capture.isNull { command.capture = try pattern(capture) }
      if let kind = members["class"], !kind.isNull {
        guard let value = CommandSettings.Kind(rawValue: try kind.text()) else {
          throw kind.error("class is \(CommandSettings.Kind.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        command.kind = value
      }
      if let fix = members["fix"], !fix.isNull {
        command.fix = try fix.texts()
        command.fixIsLine = fix.elements == nil
        guard command.fix.allSatisfy({ Untrusted($0).visible == $0 && !$0.contains(where: \.isNewline) && !$0.isEmpty })
        else { throw fix.error("\(fix.path) is one line without characters that cannot be seen") }
      }
      commands.append(command)
    }
    return commands
  }

  /// What a command runs: a list of words, or one line for the shell, where `shell: true` says so.
  private static func words(_ run: YAMLReader, usesShell: Bool) throws(ConfigurationError) -> [String] {
    if usesShell {
      guard !run.isMapping, run.elements == nil, case let line = try run.text(), !line.isEmpty else {
        throw run.error("with shell: true a command is one line: run: 'git tag | wc -l'")
      }
      return ["/bin/sh", "-c", line]
    }
    guard run.elements != nil, case let words = try run.texts(), words.first?.isEmpty == false else {
      throw run.error("a command is a list of words, which no shell reads: run: [bin/schema-version]")
    }
    return words
  }

  private static func named(
    _ reader: YAMLReader, _ area: String
  ) throws(ConfigurationError) -> [(String, YAMLReader)] {
    guard reader.isMapping else { throw reader.error("\(area) maps names to what they are: \(area): {NAME: {…}}") }
    var entries: [(String, YAMLReader)] = []
    for (name, entry) in try reader.mapping().sorted(by: { $0.key < $1.key }) {
      guard ConfigurationReader.isName(name) else {
        throw entry.error("a name in \(area) holds letters, digits, \"-\" and \"_\" only")
      }
      entries.append((name, YAMLReader(node: entry.node, file: entry.file, path: area)))
    }
    return entries
  }

  private static func pattern(_ reader: YAMLReader) throws(ConfigurationError) -> String {
    let text = try reader.text()
    guard let regex = try? Regex(text) else {
      throw reader.error("\(reader.path) is not a regular expression")
    }
    guard let groups = "".firstMatch(of: regex)?.output.count ?? groupCount(text), groups == 2 else {
      throw reader.error("\(reader.path) has exactly one group, whose text is the value: '^(\\d+)$'")
    }
    return text
  }

  /// One more than the number of capturing groups. An expression that fits nothing tells its groups where an empty
  /// alternative is added.
  private static func groupCount(_ text: String) -> Int? {
    guard let regex = try? Regex("(?:\(text))|") else { return nil }
    return "".firstMatch(of: regex)?.output.count
  }

  private static func expected(_ reader: YAMLReader?) throws(ConfigurationError) -> [Int] {
    guard let reader, !reader.isNull else { return [] }
    var statuses: [Int] = []
    for element in reader.elements ?? [reader] { statuses.append(try element.integer(in: 100...599)) }
    return statuses
  }

  /// Only the plainest form of a URL is taken, so that no other program reads another host from it.
  private static func http(
    _ name: String, _ reader: YAMLReader, _ expected: [Int]
  ) throws(ConfigurationError) -> CheckSettings {
    let text = try reader.text()
    let mistake = reader.error(
      "\(reader.path) is http:// or https://, a host, and perhaps a port and a path, without a user")
    guard let colon = text.firstRange(of: "://"), text.utf8.allSatisfy(isURLByte) else { throw mistake }
    let scheme = text[..<colon.lowerBound].lowercased()
    let rest = text[colon.upperBound...].prefix { $0 != "#" }
    let authority = rest.prefix { !"/?".contains($0) }
    guard scheme == "http" || scheme == "https", let (host, port) = split(String(authority)) else { throw mistake }
    let path = rest[authority.endIndex...]
    let number = port ?? (scheme == "http" ? 80 : 443)
    let settings = CheckSettings(name: name, host: host, port: number, target: .tcp)
    let url = "\(scheme)://\(settings.place)\(path.hasPrefix("/") ? "" : "/")\(path)"
    return CheckSettings(name: name, host: host, port: number, target: .http(url: url, expected: expected))
  }

  private static func isURLByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "-._~:/?#[]!$&'()*+,;=%".utf8.contains(byte)
    }
  }

  /// `host`, `host:port`, `[::1]:port`.
  private static func split(_ text: String) -> (host: String, port: Int?)? {
    var host = text[...]
    var tail = text[text.endIndex...]
    if text.hasPrefix("["), let close = text.firstIndex(of: "]") {
      host = text[text.index(after: text.startIndex)..<close]
      tail = text[text.index(after: close)...]
      guard host.contains(":"),
        host.utf8.allSatisfy({ $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") || isHex($0) })
      else { return nil }
    } else {
      host = text.prefix { $0 != ":" }
      tail = text[host.endIndex...]
      guard !host.isEmpty, host.utf8.allSatisfy(isHostByte) else { return nil }
    }
    if tail.isEmpty { return (String(host), nil) }
    guard tail.hasPrefix(":"), let port = Int(tail.dropFirst()), (1...65535).contains(port) else { return nil }
    return (String(host), port)
  }

  private static func isHex(_ byte: UInt8) -> Bool { Character(Unicode.Scalar(byte)).isHexDigit }

  private static func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
