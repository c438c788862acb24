/// Finds passwords in the arguments of commands and in lines of a password file.
enum CommandRules {
  /// The passwords that a line gives to programs or holds as a password file does, and secret keys of AWS without a name, as
  /// they stand there. They may overlap.
  static func find(in line: ArraySlice<UInt8>) -> [TokenRules.Found] {
    var found: [TokenRules.Found] = []
    var hasOption = false
    var hasFields = false
    var colonsOfWord = 0
    var previous: UInt8 = 0x20
    for byte in line {
      if byte == 0x2d, previous == 0x20 || previous == 0x09 { hasOption = true }
      if byte == 0x3a {
        colonsOfWord += 1
        if colonsOfWord == 4 { hasFields = true }
      } else if endsFields(byte) {
        colonsOfWord = 0
      }
      previous = byte
    }
    if hasOption { passwordOption(line, &found) }
    if hasFields { passwordFileLine(line, &found) }
    if line.count >= 40 { bareSecretKey(line, &found) }
    return found
  }

  /// `mysql -pPASSWORD`, `sshpass -p PASSWORD`, `curl -u user:PASSWORD`, `redis-cli -a PASSWORD`
  private static func passwordOption(_ line: ArraySlice<UInt8>, _ found: inout [TokenRules.Found]) {
    var program: [UInt8] = []
    var previous: ArraySlice<UInt8> = []
    for word in line.split(whereSeparator: { $0.isSpace || $0 == 0x60 || $0 == 0x22 || $0 == 0x27 }) {
      let name = word.split(separator: 0x2f).last ?? word
      if programs.contains(name.text) { program = Array(name) }
      let isDatabase = program.starts(with: "mysql".utf8) || program.starts(with: "maria".utf8)
      var value: ArraySlice<UInt8>?
      if isDatabase, word.has("-p".utf8, at: word.startIndex), word.count > 2 {
        value = word.dropFirst(2)
      } else if previous.elementsEqual("-p".utf8), ["sshpass", "docker", "podman"].contains(program.text) {
        value = word
      } else if previous.elementsEqual("-a".utf8), program.text == "redis-cli" {
        value = word
      } else if previous.elementsEqual("-u".utf8) || previous.elementsEqual("--user".utf8), program.text == "curl" {
        value = word.firstIndex(of: 0x3a).map { word[($0 + 1)...] }
      }
      if let value, value.count >= 3, !Placeholder.isOne(value.text, name: ""), !isPortMapping(value) {
        found.append(("password-option", value.startIndex..<value.endIndex))
      }
      previous = word
    }
  }

  private static let programs: Set<String> = [
    "mysql", "mysqldump", "mysqladmin", "mysqlimport", "mariadb", "mariadb-dump", "sshpass", "docker", "podman", "curl",
    "redis-cli",
  ]

  /// `docker run -p 8080:80` publishes a port.
  private static func isPortMapping(_ value: ArraySlice<UInt8>) -> Bool {
    value.allSatisfy { $0.isDigit || $0 == 0x3a || $0 == 0x2e || $0 == 0x2d || $0 == 0x2f }
      || value.last.map { $0.isDigit } == true && value.contains(0x3a)
      || value.text.hasSuffix("/tcp") || value.text.hasSuffix("/udp")
  }

  /// Whether a byte parts a line of a password file from what it stands among.
  private static func endsFields(_ byte: UInt8) -> Bool {
    byte.isSpace || byte == 0x60 || byte == 0x22 || byte == 0x27 || byte == 0x7c
  }

  /// `host:port:database:user:password`, as libpq's password file has it.
  private static func passwordFileLine(_ line: ArraySlice<UInt8>, _ found: inout [TokenRules.Found]) {
    for word in line.split(whereSeparator: endsFields) {
      let fields = word.split(separator: 0x3a, maxSplits: 4, omittingEmptySubsequences: false)
      guard fields.count == 5, !fields.contains(where: \.isEmpty) else { continue }
      let isPort =
        fields[1].elementsEqual("*".utf8) || ((3...5).contains(fields[1].count) && fields[1].allSatisfy(\.isDigit))
      let areNames = fields[2...3].allSatisfy { $0.first.map { $0.isLetter || $0 == 0x2a || $0 == 0x5f } == true }
      guard isPort, areNames, fields[0].first?.isSpace == false, fields[4].count >= 4 else { continue }
      if Placeholder.isOne(fields[4].text, name: fields[3].text) { continue }
      found.append(("password-file-line", fields[4].startIndex..<fields[4].endIndex))
    }
  }

  private static let keyWords = ["aws", "akia", "asia", "secret"].map { Array($0.utf8) }

  /// Forty characters as AWS makes secret access keys, on a line that speaks of AWS or of a secret.
  private static func bareSecretKey(_ line: ArraySlice<UInt8>, _ found: inout [TokenRules.Found]) {
    guard keyWords.contains(where: { line.contains(ignoringCase: $0) }) else { return }
    var index = line.startIndex
    while index < line.endIndex {
      let end = line.end(from: index) { $0.isAlphanumeric || $0 == 0x2f || $0 == 0x2b }
      if end - index == 40 {
        let value = line[index..<end]
        let isMixed =
          value.contains(where: \.isUpper) && value.contains(where: \.isLower) && value.contains(where: \.isDigit)
        if isMixed, SecretValue.looksRandom(value), !Placeholder.isOne(value.text, name: "") {
          found.append(("aws-secret-key", index..<end))
        }
      }
      index = end + 1
    }
  }
}
