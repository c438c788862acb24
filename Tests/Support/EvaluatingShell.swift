import Foundation
public import Testing

/// A shell that is installed here, in which a text is evaluated as its users do it.
public enum EvaluatingShell: String, CaseIterable, Sendable {
  case bash, dash, zsh, zshInteractive, fish

  /// What `handoff env --shell` calls it.
  public var name: String {
    switch self {
    case .bash, .dash: "bash"
    case .zsh, .zshInteractive: "zsh"
    case .fish: "fish"
    }
  }

  /// Those that are installed.
  public static var installed: [EvaluatingShell] {
    allCases.filter { shell in
      shell.words.first.map { program in
        ["/bin/", "/usr/bin/", "/usr/local/bin/", "/opt/homebrew/bin/"].contains {
          FileManager.default.isExecutableFile(atPath: $0 + program)
        }
      } ?? false
    }
  }

  /// A test that wants all of them: in CI a shell that is missing is a failure.
  public static let allInCI: ConditionTrait = .enabled("every shell is installed where CI runs") {
    if ProcessInfo.processInfo.environment["CI"] == "true", installed.count < allCases.count {
      throw Missing(description: "not all of bash, dash, zsh and fish are installed")
    }
    return true
  }

  struct Missing: Error, CustomStringConvertible {
    let description: String
  }

  private var words: [String] {
    let eval = #"eval "$(cat "$1")"; shift; exec "$@""#
    return switch self {
    case .bash: ["bash", "--norc", "--noprofile", "-c", eval, "shell"]
    case .dash: ["dash", "-c", eval, "shell"]
    case .zsh: ["zsh", "-f", "-c", eval, "shell"]
    case .zshInteractive: ["zsh", "-f", "-i", "-c", eval, "shell"]
    case .fish: ["fish", "--no-config", "-c", "cat $argv[1] | source; exec $argv[2..]"]
    }
  }

  /// The variables of a program that is started after a text was evaluated.
  /// - Parameters:
  ///   - folder: the folder in which the shell stands.
  public func variables(
    after text: String, environment: [String: String], in folder: String = "/"
  ) async throws -> [String: String] {
    let files = try TemporaryFolder(["text": text])
    let answer = try await Witness.ask(
      words[0], Array(words.dropFirst()) + [files.path + "/text", "/usr/bin/env", "-0"], environment: environment,
      in: folder)
    #expect(answer.status == 0 && answer.complaint.isEmpty, "\(self): \(answer.complaint)")
    var found: [String: String] = [:]
    for entry in answer.output.unicodeScalars.split(separator: "\0") {
      guard let equals = entry.firstIndex(of: "=") else { continue }
      found[String(entry[..<equals])] = String(entry[entry.index(after: equals)...])
    }
    return found
  }
}
