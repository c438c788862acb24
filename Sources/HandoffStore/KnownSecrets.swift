import HandoffModel
public import HandoffProject
public import HandoffSecrets
public import HandoffSystem
import HandoffText

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Gathers the secrets that this machine holds, so that a document can be looked through for their exact values.
///
/// Sensitively named variables; passwords in URLs of any variable; the project's dotenv files; the password, service
/// and credentials files of libpq, the AWS CLI, Docker, npm, pip, git and netrc. The values are held in memory only.
public enum KnownSecrets {
  /// Reads what there is; what cannot be read is passed over.
  /// - Parameters:
  ///   - host: the door to variables and files.
  ///   - projectRoot: where the dotenv files are.
  ///   - connections: what the tool itself would connect with, however its settings put it together.
  ///   - ordinary: words that stand in every document: the project's name, the tool's own ids. A secret that equals one, or
  ///     the name of a user, a database or a host, cannot be told from it, and is not looked for, unless it has a secret's
  ///     look.
  ///   - passedOver: is given the names of dotenv files that are too many or too long to be read.
  public static func gather(
    host: Host, projectRoot: String, connections: [PostgresSettings], ordinary: Set<String> = [],
    passedOver: (String) -> Void = { _ in }
  ) -> [KnownSecret] {
    var gathering = Gathering(host: host)
    gathering.readOwnKey()
    gathering.ordinary = Set((ordinary + names(host, projectRoot, connections)).map { $0.lowercased() })
    // In a shell's own variables `PWD` is no password.
    for (name, value) in host.environment.variables where !["PWD", "OLDPWD"].contains(name) {
      gathering.note(value, named: name)
    }
    gathering.readDotenvFiles(projectRoot, passedOver: passedOver)
    gathering.readFiles()
    for connection in connections {
      if let password = connection.password?.value {
        gathering.noteSecret(password, named: "the database's password")
      }
    }
    return gathering.secrets
  }

  private static func names(_ host: Host, _ root: String, _ connections: [PostgresSettings]) -> [String] {
    let user = ["USER", "LOGNAME", "HOSTNAME"].compactMap { host.environment[$0] }
    let folders = [root, host.environment.home ?? ""].compactMap { PathText($0).components.last?.text }
    let places = connections.flatMap { [$0.user?.value, $0.database?.value, $0.host?.value].compactMap(\.self) }
    return user + folders + places
  }
}

private struct Gathering {
  let host: Host
  private var found: [(name: String, value: String)] = []
  /// Values that stand in the open under names that are not secret: a role, a database. A password that equals one
  /// cannot be looked for.
  private var open: Set<String> = []
  /// Names that stand in documents, whatever else they are, in small letters.
  var ordinary: Set<String> = []
  /// What masked values and waivers are made with; it is no word of anything.
  private var keys: [(name: String, value: String)] = []
  /// Values that the tool itself would connect with.
  private var used: Set<String> = []

  init(host: Host) {
    self.host = host
  }

  /// Without duplicates, ordinary words and values that stand in the open.
  var secrets: [KnownSecret] {
    var seen: Set<String> = []
    return keys.map { KnownSecret(exactly: $0.value, name: $0.name) }
      + found.sorted { $0.name < $1.name }
      .filter { !isOrdinary($0.value) && seen.insert($0.value).inserted }
      .compactMap { KnownSecret(name: $0.name, value: $0.value) }
  }

  private func isOrdinary(_ value: String) -> Bool {
    if HeldValue.isTelling(value) { return false }
    let lowered = value.lowercased()
    return ordinary.contains(lowered) || open.contains(lowered) && !used.contains(value)
  }

  /// Notes a value that is used as a secret, whatever names it has elsewhere.
  mutating func noteSecret(_ value: String, named name: String) {
    found.append((name, value))
    used.insert(value)
  }

  mutating func note(_ value: String, named name: String, in place: String? = nil) {
    let label = place.map { "\(name) in \($0)" } ?? name
    for password in HeldValue.urlPasswords(in: value) { found.append((label, password)) }
    if HeldValue.isSecret(value, named: name) {
      found.append((label, value))
    } else {
      open.insert(value.lowercased())
    }
  }

  /// The key of this user, and the one that several share.
  mutating func readOwnKey() {
    let kept = OwnKey(host).path.flatMap(text).map { String($0.trimmed) }
    for (name, value) in [(OwnKey.variable, host.environment[OwnKey.variable]), ("the key in the state folder", kept)] {
      if let value, value.utf8.count >= 16 { keys.append((name, value)) }
    }
  }

  // MARK: Files

  private func text(_ path: String) -> String? { try? host.files.readText(path) }

  /// A file that a variable names, or one in the home folder; with the words that it is called by.
  private func place(_ variable: String?, _ name: String) -> (text: String, shown: String)? {
    if let variable, let path = host.environment[variable] {
      // Some programs expand it, and some do not.
      let expanded = path.hasPrefix("~/") ? (host.environment.home ?? "~") + path.dropFirst() : path
      return text(expanded).map { ($0, variable) }
    }
    guard let home = host.environment.home else { return nil }
    return text(home + "/" + name).map { ($0, "~/" + name) }
  }

  /// How many dotenv files are read, and how many bytes of all of them.
  private static let dotenvLimit = (files: 64, bytes: 256 << 10)

  /// - Parameter passedOver: is given the names of those that are too many or too long.
  mutating func readDotenvFiles(_ root: String, passedOver: (String) -> Void) {
    let examples = ["example", "sample", "template", "dist", "defaults"]
    var (files, bytes) = Self.dotenvLimit
    for name in (try? host.files.list(root)) ?? [] where name.hasPrefix(".env") {
      let end = name.split { ".-_".contains($0) }.last.map { $0.lowercased() } ?? ""
      let path = root + "/" + name
      guard !examples.contains(end), host.files.kind(of: path) == .regular else { continue }
      guard files > 0, let text = try? host.files.readText(path, limit: max(bytes, 0)) else {
        if !host.files.isForbidden(path) { passedOver(name) }
        continue
      }
      files -= 1
      bytes -= text.utf8.count
      for dotenv in [Dotenv(text), Dotenv(text, expands: true)] {
        for variable in dotenv.names { note(dotenv[variable] ?? "", named: variable, in: name) }
      }
    }
  }

  mutating func readFiles() {
    if let (text, shown) = place("PGPASSFILE", ".pgpass") { readPasswordFile(text, shown) }
    for (variable, name) in [
      ("PGSERVICEFILE", ".pg_service.conf"), ("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"),
      ("AWS_CONFIG_FILE", ".aws/config"), (nil, ".npmrc"), ("PIP_CONFIG_FILE", ".config/pip/pip.conf"),
      (nil, ".pypirc"), (nil, ".git-credentials"), (nil, ".my.cnf"),
    ] as [(String?, String)] {
      if let (text, shown) = place(variable, name) { readAssignments(text, shown) }
    }
    if let (text, shown) = place("NETRC", ".netrc") { readNetrc(text, shown) }
    readDockerConfiguration()
    readAWSCaches()
  }

  /// What the AWS CLI keeps of sessions, each in a file of JSON.
  private mutating func readAWSCaches() {
    guard let home = host.environment.home else { return }
    for folder in ["/.aws/cli/cache", "/.aws/sso/cache"] {
      for name in ((try? host.files.list(home + folder)) ?? []).prefix(50) where name.hasSuffix(".json") {
        guard let bytes = try? host.files.read(home + folder + "/" + name, limit: 1 << 18),
          let json = try? JSONValue(parsing: bytes, maximumValues: 1000)
        else { continue }
        for members in [json.object, json["Credentials"]?.object].compactMap(\.self) {
          for key in ["SecretAccessKey", "SessionToken", "accessToken", "refreshToken", "clientSecret"] {
            if let value = members[key]?.string { found.append(("\(key) in ~\(folder)", value)) }
          }
        }
      }
    }
  }

  /// `name = value` lines, and URLs with passwords anywhere.
  private mutating func readAssignments(_ text: String, _ shown: String) {
    for line in text.split(whereSeparator: \.isNewline) {
      for password in HeldValue.urlPasswords(in: String(line)) { found.append((shown, password)) }
      guard let equals = line.firstIndex(of: "=") else { continue }
      let name = line[..<equals].split(whereSeparator: \.isWhitespace).last.map(String.init) ?? ""
      let value = line[line.index(after: equals)...].drop(while: \.isWhitespace)
      let trimmed = String(value.reversed().drop(while: \.isWhitespace).reversed())
      // `//registry/:_authToken` of npm: the name is behind the last colon.
      let key = name.split(separator: ":").last.map(String.init) ?? name
      if HeldValue.isSecret(trimmed, named: key) { found.append(("\(key) in \(shown)", trimmed)) }
    }
  }

  /// `host:port:database:user:password`, in which a backslash takes the next character as it is.
  private mutating func readPasswordFile(_ text: String, _ shown: String) {
    for line in text.split(whereSeparator: \.isNewline) where line.first != "#" {
      var fields = [""]
      var isEscaped = false
      for character in line {
        if isEscaped || (character != "\\" && (character != ":" || fields.count == 5)) {
          fields[fields.count - 1].append(character)
          isEscaped = false
        } else if character == "\\" {
          isEscaped = true
        } else {
          fields.append("")
        }
      }
      if fields.count == 5 { found.append((shown, fields[4])) }
    }
  }

  private mutating func readNetrc(_ text: String, _ shown: String) {
    let words = text.split(whereSeparator: \.isWhitespace)
    for (word, next) in zip(words, words.dropFirst()) where word == "password" { found.append((shown, String(next))) }
  }

  /// `auths` of Docker's configuration: base64 of `user:password`, or tokens.
  private mutating func readDockerConfiguration() {
    let folder = host.environment["DOCKER_CONFIG"] ?? host.environment.home.map { $0 + "/.docker" }
    guard let folder, let bytes = try? host.files.read(folder + "/config.json"),
      let registries = (try? JSONValue(parsing: bytes))?["auths"]?.object
    else { return }
    for (registry, entry) in registries {
      let label = "docker login of \(registry)"
      for key in ["auth", "identitytoken", "registrytoken", "password"] {
        if let value = entry[key]?.string { found.append((label, value)) }
      }
      if let auth = entry["auth"]?.string, let data = Data(base64Encoded: auth),
        let colon = data.firstIndex(of: UInt8(ascii: ":"))
      {
        found.append((label, String(decoding: data[(colon + 1)...], as: UTF8.self)))
      }
    }
  }
}
