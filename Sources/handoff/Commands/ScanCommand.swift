import ArgumentParser
import HandoffModel
import HandoffSecrets
import HandoffSystem
import HandoffText

/// `handoff scan`.
struct ScanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scan",
    abstract: "Looks for secrets in files, as every handoff is looked through before it is written.",
    discussion: """
      It finds the secrets that this machine holds, by their values, and the known shapes of others, and shows no more than \
      two characters of any. Exit status 0: none; 3: there are some; 2: a file could not be read.

      Example:   handoff scan handoffs/*.md
                 git diff --cached | handoff scan -
                 handoff scan --format json README.md

      A finding that is no secret is waived one at a time in handoff.yml:

                 waivers:
                   - {fingerprint: "...", reason: the example of the vendor's manual}
      """)

  @Argument(help: ArgumentHelp("Files; - is standard input.", valueName: "file"))
  var files: [String]

  @Option(help: "Format of the findings: terminal or json.")
  var format: ScanFormat = .terminal

  @Flag(name: [.short, .long], help: "Print nothing but what could not be read.")
  var quiet = false

  @OptionGroup var project: ProjectOptions

  /// How findings are printed.
  enum ScanFormat: String, ExpressibleByArgument, CaseIterable {
    case terminal, json
  }

  func run() throws {
    let workspace = try Workspace(project)
    let scanner = workspace.scanner
    var found: [(file: String, hits: [SecretHit])] = []
    var unread = 0
    for file in files {
      do {
        found.append((file, scanner.scan(try Self.text(of: bytes(of: file, workspace.host)))))
      } catch {
        unread += 1
        Console.complain("\(Untrusted(file).terminal) cannot be read: \(error)")
      }
    }
    if !quiet { show(found) }
    if found.contains(where: { !$0.hits.isEmpty }) { throw CommandEnded(status: .refused) }
    if unread > 0 { throw CommandEnded(status: .unknown) }
  }

  /// The text of a file in UTF-8: of one in UTF-16, as PowerShell's `>` writes it, with a byte order mark or without.
  /// - Throws: for a file that is neither.
  private static func text(of bytes: [UInt8]) throws -> [UInt8] {
    if let text = UTF16Text.decoded(bytes, guesses: true) { return Array(text.utf8) }
    // Zeros between the letters would hide all of it.
    if bytes.prefix(1 << 16).contains(0) { throw UsageProblem("it is no text in UTF-8 or UTF-16") }
    return bytes
  }

  private static let sizeLimit = 256 << 20

  private func bytes(of file: String, _ host: Host) throws -> [UInt8] {
    if file == "-" { return try StandardInput.read(limit: Self.sizeLimit) }
    return try host.files.read(PathText(host.workingDirectory).appending(file).text, limit: Self.sizeLimit)
  }

  private func show(_ found: [(file: String, hits: [SecretHit])]) {
    switch format {
    case .terminal:
      for (file, hits) in found {
        for hit in hits { Console.show("\(Untrusted(file).terminal): \(hit.message.terminal)") }
      }
    case .json:
      let entries = found.flatMap { file, hits in
        hits.map { hit -> JSONValue in
          [
            "file": .string(file), "line": .int(hit.line), "rule": .string(hit.rule),
            "subject": hit.subject.map { .string($0.raw) } ?? .null, "preview": .string(hit.preview),
            "fingerprint": hit.fingerprint.map(JSONValue.string) ?? .null,
          ]
        }
      }
      Console.show(JSONValue.array(entries).pretty())
    }
  }
}
