import HandoffModel
import HandoffSystem

/// What the AWS config file and the shared credentials file say, put together as botocore does (`configloader.py`,
/// `session.py`): a profile is a section `[profile NAME]` or `[default]` of the config file, and any section of the
/// credentials file; where both have an option, the credentials file's counts.
struct AWSFiles: Sendable {
  /// A value of an option.
  enum Value: Hashable, Sendable {
    case text(String)
    /// An indented block, as below `s3 =`.
    case block([String: String])

    var text: String? {
      if case .text(let text) = self { text } else { nil }
    }
  }

  typealias Section = [String: Value]

  /// A file that is there and cannot be used.
  struct Mistake: Error, Hashable, Sendable {
    /// The path.
    var path: String
    var mistake: INIFile.Mistake
  }

  /// A profile of both files.
  struct Profile: Sendable {
    /// Its options in the config file, or nil.
    var config: Section?
    /// Its options in the credentials file, or nil.
    var credentials: Section?

    /// What it says; the credentials file goes before.
    subscript(_ name: String) -> String? { (credentials?[name] ?? config?[name])?.text }

    /// Whether it names an option, with whatever value.
    func has(_ name: String) -> Bool { credentials?[name] != nil || config?[name] != nil }

    /// Which file an option stands in.
    func source(of option: String, profile: String) -> Source {
      Source(credentials?[option] != nil ? .awsCredentialsFile : .awsConfigFile, profile)
    }
  }

  /// The profiles by name.
  var profiles: [String: Profile] = [:]
  /// The sections `[sso-session NAME]`.
  var ssoSessions: [String: Section] = [:]
  /// The sections `[services NAME]`.
  var services: [String: Section] = [:]
  /// Paths of files that are there and may not be read; the AWS CLI passes over them.
  var unreadable: [String] = []
  /// Variables that name a file which is not there, and the path.
  var absent: [(variable: String, path: String)] = []

  /// Reads both files.
  /// - Throws: a ``Mistake`` of the first that cannot be parsed; the AWS CLI then refuses to work at all.
  static func read(_ environment: ProcessEnvironment, files: FileSystem) throws(Mistake) -> AWSFiles {
    var result = AWSFiles()
    let config = path(environment, "AWS_CONFIG_FILE", "~/.aws/config")
    for (name, section) in try result.sections(of: config, files) {
      // As botocore: a prefix of the name decides, and a name of other than two words is passed over.
      let words = ShellSplit.words(name)
      let second = words?.count == 2 ? words?[1] : nil
      if name.hasPrefix("profile") {
        if let second { result.profiles[second, default: Profile()].config = section }
      } else if name.hasPrefix("sso-session") {
        if let second { result.ssoSessions[second] = section }
      } else if name.hasPrefix("services") {
        if let second { result.services[second] = section }
      } else if name == "default" {
        result.profiles[name, default: Profile()].config = section
      }
    }
    let credentials = path(environment, "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials")
    for (name, section) in try result.sections(of: credentials, files) {
      result.profiles[name, default: Profile()].credentials = section
    }
    let named = [("AWS_CONFIG_FILE", config), ("AWS_SHARED_CREDENTIALS_FILE", credentials)]
    result.absent = named.filter {
      environment[$0.0] != nil && files.kind(of: $0.1) == nil && !result.unreadable.contains($0.1)
    }
    return result
  }

  /// The path of a file: a variable's value or the default, with `~` and `$NAME` replaced.
  static func path(_ environment: ProcessEnvironment, _ variable: String, _ standard: String) -> String {
    let path = expanded(environment[variable] ?? standard, environment)
    guard path == "~" || path.hasPrefix("~/"), let home = environment.home else { return path }
    return home + path.dropFirst()
  }

  private static func expanded(_ path: String, _ environment: ProcessEnvironment) -> String {
    guard path.contains("$") else { return path }
    var result = ""
    var rest = path[...]
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      let after = rest[rest.index(after: dollar)...]
      let braced = after.first == "{"
      let name = (braced ? after.dropFirst() : after).prefix {
        $0 == "_" || ($0.isASCII && ($0.isLetter || $0.isNumber))
      }
      let isClosed = !braced || after[name.endIndex...].first == "}"
      guard !name.isEmpty, isClosed, let value = environment.variables[String(name)] else {
        result += "$"
        rest = after
        continue
      }
      result += value
      rest = after[name.endIndex...].dropFirst(braced ? 1 : 0)
    }
    return result + rest
  }

  private mutating func sections(of path: String, _ files: FileSystem) throws(Mistake) -> [(String, Section)] {
    let bytes: [UInt8]
    do {
      bytes = try files.read(path)
    } catch .missing, .notRegular {
      // A folder, pipe or device is as good as absent.
      return []
    } catch {
      unreadable.append(path)
      return []
    }
    do {
      let file = try INIFile(bytes)
      var result: [(String, Section)] = []
      for name in file.order {
        var section: Section = [:]
        for (option, value) in file.sections[name] ?? [:] {
          section[option] = try INIFile.nested(value).map(Value.block) ?? .text(value.text)
        }
        result.append((name, section))
      }
      return result
    } catch {
      throw Mistake(path: path, mistake: error)
    }
  }
}
