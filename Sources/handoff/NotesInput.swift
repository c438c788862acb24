import HandoffDocument
import HandoffModel
import HandoffSystem
import HandoffText

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The author's Markdown from a file or standard input.
enum NotesInput {
  private static let limit = 4 << 20

  /// Reads notes.
  /// - Parameter argument: a path, or `-` for standard input.
  static func read(_ argument: String, host: Host) throws -> String {
    let bytes: [UInt8]
    if argument == "-" {
      do {
        bytes = try StandardInput.read(limit: limit)
      } catch .tooLarge {
        throw UsageProblem("the notes are longer than \(limit) bytes")
      } catch {
        throw UsageProblem("the notes cannot be read from standard input: \(error)")
      }
    } else {
      let path = PathText(host.workingDirectory).appending(argument).text
      do {
        bytes = try host.files.read(path, limit: limit)
      } catch .missing {
        throw UsageProblem("there is no file \(argument) for --notes")
      } catch {
        throw UsageProblem("the notes \(argument) cannot be read: \(error)")
      }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw UsageProblem("the notes \(argument) are not UTF-8 text")
    }
    return text.hasPrefix("\u{feff}") ? String(text.unicodeScalars.dropFirst()) : text
  }
}

/// Lets the author write the notes in an editor of their own, on their own terminal.
struct NotesEditor {
  let host: Host

  private var folder: String { host.environment["TMPDIR"] ?? "/tmp" }

  /// Keeps what the author wrote where no document came of it, and says where.
  func keep(_ text: String) {
    let path = try? TemporaryTextFile.leave(text, in: folder, prefix: "handoff-notes-", suffix: ".md")
    guard let path else { return }
    Console.complain("what you wrote is kept in \(Untrusted(path).terminal); generate --notes takes it from there")
  }

  /// Opens the editor with the sections as they are.
  /// - Returns: what the author saved.
  func edit(_ notes: AuthorNotes) async throws -> String {
    guard let editor = host.environment["VISUAL"] ?? host.environment["EDITOR"] else {
      throw UsageProblem("--edit needs VISUAL or EDITOR to name an editor")
    }
    let file: TemporaryTextFile
    do {
      file = try TemporaryTextFile(Self.form(notes), in: folder, prefix: "handoff-notes-", suffix: ".md")
    } catch {
      throw UsageProblem("the notes could not be written to a temporary file in \(folder)")
    }
    // As git does it: the variable may hold options, so a shell reads it; the path is an argument of its own.
    let status = try run(["/bin/sh", "-c", "\(editor) \"$1\"", "handoff-editor", file.path])
    guard status == 0 else {
      if let saved = try? NotesInput.read(file.path, host: host), saved != Self.form(notes) { keep(saved) }
      throw UsageProblem("the editor ended with status \(status); nothing was written")
    }
    let saved = try NotesInput.read(file.path, host: host)
    return Self.withoutPrompts(saved)
  }

  /// What the editor shows: every section with what it holds, or a prompt.
  static func form(_ notes: AuthorNotes) -> String {
    NoteSection.allCases.map { section in
      "## \(section.title)\n\n\(notes.sections[section] ?? prompt(section))\n"
    }.joined(separator: "\n")
  }

  private static func prompt(_ section: NoteSection) -> String { "<!-- \(section.title): write here -->" }

  static func withoutPrompts(_ text: String) -> String {
    NoteSection.allCases.reduce(text) { $0.replacing(prompt($1), with: "") }
  }

  private func run(_ arguments: [String]) throws -> Int32 {
    do {
      return try Signals.leavingToForeground { try ForegroundProgram.run(arguments, environment: host.environment) }
    } catch is ForegroundProgram.NotStarted {
      throw UsageProblem("the editor could not be started")
    }
  }
}
