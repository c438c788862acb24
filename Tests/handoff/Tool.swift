import Foundation
import HandoffModel
import HandoffTestSupport
import Testing

/// The program under test, run as its users run it.
enum Tool {
  /// The built program, beside the tests.
  static let path: String = {
    if let path = ProcessInfo.processInfo.environment["HANDOFF_BINARY"] { return path }
    let tests = Bundle.allBundles.map(\.bundleURL).first { $0.pathExtension == "xctest" } ?? Bundle.main.bundleURL
    for folder in [tests.deletingLastPathComponent(), tests] {
      let candidate = folder.appendingPathComponent("handoff").path
      if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
    }
    return URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appendingPathComponent("handoff").path
  }()

  /// Runs it with arguments.
  @discardableResult static func run(
    _ arguments: String..., environment: [String: String], in folder: String
  ) async throws -> Witness.Answer {
    try await Witness.ask(path, arguments, environment: environment, in: folder)
  }
}

/// A comparison as `--format json` prints it.
struct Report {
  let json: JSONValue
  let status: Int

  init(_ answer: Witness.Answer) throws {
    guard let json = try? JSONValue(parsing: Array(answer.output.utf8)) else {
      throw Unreadable(description: "no JSON: \(answer.output)\n\(answer.complaint)")
    }
    self.json = json
    status = answer.status
  }

  struct Unreadable: Error, CustomStringConvertible {
    let description: String
  }

  /// `fact kind severity`, for each change that is not a note.
  var changes: [String] {
    told { $0["severity"]?.string != "note" }
  }

  /// `fact kind severity` of every change.
  var allChanges: [String] { told { _ in true } }

  private func told(_ isIncluded: (JSONValue) -> Bool) -> [String] {
    (json["changes"]?.array ?? []).filter(isIncluded).map { change in
      ["fact", "kind", "severity"].map { change[$0]?.string ?? "?" }.joined(separator: " ")
    }
  }

  /// The ids of the findings that are failures or unknown.
  var findings: [String] {
    let sources = [json["findings"]?.array ?? []] + (json["probes"]?.array ?? []).map { $0["findings"]?.array ?? [] }
    return sources.flatMap(\.self).filter { ["failure", "unknown"].contains($0["severity"]?.string) }
      .compactMap { $0["id"]?.string }
  }

  /// The value of a fact of a snapshot.
  func fact(_ id: String) -> JSONValue? {
    for probe in json["probes"]?.array ?? [] {
      for fact in probe["facts"]?.array ?? [] where fact["id"]?.string == id { return fact["value"] }
    }
    return nil
  }

  /// The commands of the remedies that can be run without losing anything, of a change or a finding, but for those of
  /// `handoff setup` and `handoff service`, which have tests of their own.
  func harmlessRemedies(of name: String) -> [String] {
    let entries =
      (json["changes"]?.array ?? []).filter { $0["fact"]?.string == name }
      + (json["findings"]?.array ?? []).filter { $0["id"]?.string == name }
    let remedies = entries.flatMap { $0["remedies"]?.array ?? [] }.filter { $0["destructive"] == false }
    let commands: [String] = remedies.compactMap { $0["command"]?["bash"]?.string }
    return commands.filter { !$0.hasPrefix("handoff setup") && !$0.hasPrefix("handoff service") }
  }
}
