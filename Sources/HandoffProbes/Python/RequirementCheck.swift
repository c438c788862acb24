import HandoffModel
import HandoffProject
import HandoffSystem

/// What the project asks to be installed, and how the environment's interpreter found it.
struct RequirementCheck {
  /// A requirement that is not met.
  struct Unmet: Hashable {
    /// The distribution, normalised.
    let name: String
    /// The versions that are asked for: `==3.1.0`; empty for any.
    let wanted: String
    /// The version that is installed, or nil.
    let installed: String?
    /// The requirement whose extra needs it, `requests[socks]`, or empty.
    let neededBy: String
    /// The file that asks for it.
    let file: String
    /// The file that pip is given.
    let given: String
    /// Whether it is said to be installed, and its files or the folder that it is edited in are gone.
    var isDamaged = false
  }

  /// A requirement that could not be understood or compared.
  struct Undecided: Hashable {
    /// The distribution, or empty where not even that is known.
    let name: String
    let file: String
    let line: Int?
  }

  /// How many requirements there are.
  let total: Int
  let unmet: [Unmet]
  let undecided: [Undecided]
  /// Whether there was a library that compares versions.
  let hasLibrary: Bool

  static let project = "pyproject.toml"
  static let group = "pyproject.toml (dev)"
  static let setup = "setup.cfg"
  static let pipfile = "Pipfile"
  static let program = "setup.py"

  /// What `requires-python` asks for, where the interpreter does not meet it.
  let unmetPython: String?

  /// What the interpreter is given to read, or nil where the project asks for nothing.
  /// - Parameters:
  ///   - isFirst: whether what the project itself depends on belongs into this environment.
  ///   - isUV: whether uv installs what the project asks for, which its lock file says: it also makes environments that
  ///     are filled as with pip.
  static func input(_ requirements: Requirements, isFirst: Bool, isUV: Bool) -> [UInt8]? {
    let texts = [
      requirements.pyproject, requirements.setupConfiguration, requirements.pipfile, requirements.setupProgram,
    ]
    .map { isFirst ? $0 : nil }
    guard !requirements.lines.isEmpty || texts.contains(where: { $0 != nil }) else { return nil }
    let lines = requirements.lines.map { line -> JSONValue in
      .object(["text": .string(line.text), "constraint": .bool(line.isConstraint)])
    }
    let given: JSONValue = .object([
      "lines": .array(lines), "pyproject": texts[0].map(JSONValue.string) ?? .null,
      "setup": texts[1].map(JSONValue.string) ?? .null, "pipfile": texts[2].map(JSONValue.string) ?? .null,
      "program": texts[3].map(JSONValue.string) ?? .null, "uv": .bool(isUV),
    ])
    return Array(given.canonical.utf8)
  }

  /// Reads what the interpreter said.
  /// - Parameter answer: the member `requirements`; nil where it said nothing of them.
  init(_ answer: JSONValue?, _ requirements: Requirements) {
    guard let answer, let total = answer["total"]?.int else {
      self.total = requirements.lines.count
      unmet = []
      undecided = requirements.lines.map { Undecided(name: "", file: $0.file, line: $0.line) }
      hasLibrary = true
      unmetPython = nil
      return
    }
    func line(_ entry: JSONValue) -> Requirements.Line? {
      guard let index = entry["index"]?.int, requirements.lines.indices.contains(index) else { return nil }
      return requirements.lines[index]
    }
    func file(_ entry: JSONValue) -> String {
      [-2: Self.group, -3: Self.setup, -4: Self.pipfile, -5: Self.program][entry["index"]?.int ?? 0] ?? Self.project
    }
    var seen: Set<[String]> = []
    unmetPython = answer["python"]?.string
    self.total = total
    unmet = (answer["unmet"]?.array ?? []).compactMap { entry in
      guard let name = entry["name"]?.string, let wanted = entry["wanted"]?.string else { return nil }
      let from = line(entry)
      guard seen.insert([name, wanted, entry["neededBy"]?.string ?? ""]).inserted else { return nil }
      return Unmet(
        name: name, wanted: wanted, installed: entry["installed"]?.string,
        neededBy: entry["neededBy"]?.string ?? "", file: from?.file ?? file(entry),
        given: from?.given ?? file(entry), isDamaged: entry["isDamaged"]?.bool ?? false)
    }
    undecided = (answer["undecided"]?.array ?? []).map { entry in
      let from = line(entry)
      return Undecided(name: entry["name"]?.string ?? "", file: from?.file ?? file(entry), line: from?.line)
    }
    hasLibrary = answer["hasLibrary"]?.bool ?? false
  }
}
