import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

/// `.env` from the file of examples: names that are missing are added as they stand there, and nothing is overwritten.
extension SetupPlanner {
  func environmentSteps(_ survey: SetupSurvey, _ notes: inout [Message]) async -> [SetupStep] {
    let findings = survey.findings(of: "environment").filter { $0.id == "environment.missing" }
    guard !findings.isEmpty, let settings = survey.project.variables.settings, let example = settings.example?.value
    else { return [] }
    let missing = settings.required.map(\.value).filter { settings.present[$0] == nil }
    let additions: EnvironmentAdditions
    do throws(EnvironmentAdditions.Problem) {
      additions = try EnvironmentAdditions(
        missing, example: example, dotenv: settings.dotenv, root: survey.project.root, host.files)
    } catch {
      notes.append(error.message)
      return []
    }
    let names = ValueText.message(.strings(additions.names))
    guard !additions.names.isEmpty else {
      notes.append(
        "\(Untrusted(settings.dotenv)) names them without a value; fill in: \(ValueText.message(.strings(missing)))")
      return []
    }
    let place: Message = additions.isNew ? "make \(Untrusted(settings.dotenv))" : "add to \(Untrusted(settings.dotenv))"
    return [
      SetupStep(
        part: .env, area: "environment", what: "\(place) from \(Untrusted(example)), with placeholders: \(names)",
        why: findings.map(\.message), commands: additions.entries, loses: nil, waitsForServices: false,
        // What the example leaves empty, or asks to be replaced, its user fills in.
        mends: { _ in false }
      ) { shell throws(SetupFailure) in
        try additions.write()
        shell.say("fill in: \(names.terminal)")
      }
    ]
  }
}

/// What is added to a dotenv file.
struct EnvironmentAdditions: Sendable {
  /// The names that are added; empty where the file names them all already.
  let names: [String]
  /// What stands in the file for each of them afterwards: where they lead is shown before it is written.
  let entries: [String]
  /// Whether there is no such file yet.
  let isNew: Bool
  private let dotenv: String
  private let root: String
  private let old: [UInt8]
  private let new: [UInt8]

  /// Why nothing can be added.
  struct Problem: Error { let message: Message }

  /// Finds out what is to be added.
  /// - Parameters:
  ///   - missing: the names that are not set.
  ///   - example: the file of examples, relative to the root.
  ///   - dotenv: the file that is written, relative to the root.
  init(
    _ missing: [String], example: String, dotenv: String, root: String, _ files: FileSystem
  ) throws(Problem) {
    self.dotenv = dotenv
    self.root = root
    let path = PathText(root).appending(dotenv).text
    let kind = files.kind(of: path, followLinks: false)
    isNew = kind == nil
    guard kind == nil || kind == .regular else {
      throw Problem(message: "\(Untrusted(dotenv)) is a link or no file, and is not written to")
    }
    guard let real = files.realPath(PathText(root).appending(example).text), PathText(real).isBelow(root) else {
      throw Problem(message: "\(Untrusted(example)) is not there, or outside of the project, and is not copied")
    }
    let text: String
    do throws(FileError) {
      text = try files.readText(PathText(root).appending(example).text)
    } catch {
      throw Problem(message: "\(Untrusted(example)) cannot be read: \(Untrusted(error.description))")
    }
    do throws(FileError) {
      old = isNew ? [] : try files.read(path)
    } catch {
      throw Problem(message: "\(Untrusted(dotenv)) cannot be read: \(Untrusted(error.description))")
    }
    let present = Set(Dotenv(String(decoding: old, as: UTF8.self)).names)
    names = missing.filter { !present.contains($0) }
    // A new file is the example with all that stands around its lines.
    let example = (path: example, values: Dotenv(text))
    entries = names.map { Self.entry($0, example.values) }
    new =
      isNew && names.allSatisfy { example.values.entry($0) != nil }
      ? Array(text.utf8) : old + Self.added(entries, after: old, from: example.path)
  }

  /// What `handoff.yml` alone asks for stands in no example.
  private static func entry(_ name: String, _ example: Dotenv) -> String { example.entry(name) ?? "\(name)=" }

  private static func added(_ entries: [String], after old: [UInt8], from example: String) -> [UInt8] {
    let end = old.contains(UInt8(ascii: "\r")) ? "\r\n" : "\n"
    var text = old.isEmpty || old.last == UInt8(ascii: "\n") ? "" : end
    if !old.isEmpty { text += "\(end)# from \(example)\(end)" }
    for entry in entries { text += entry + end }
    return Array(text.utf8)
  }

  func write() throws(SetupFailure) {
    let name = PathText(dotenv).name
    let folder = PathText(root).appending(dotenv).folder.text
    do throws(FileWriteError) {
      if isNew {
        // It is going to hold secrets.
        try FileWriter().create(new, named: name, in: folder, mode: 0o600)
      } else {
        try FileWriter().replace(new, over: old, named: name, in: folder)
      }
    } catch {
      throw SetupFailure(["\(Untrusted(dotenv)) was not written: \(Untrusted(error.description))"])
    }
  }
}
