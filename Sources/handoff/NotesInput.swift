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
      bytes = try standardInput()
    } else {
      let path = argument.hasPrefix("/") ? argument : host.workingDirectory + "/" + argument
      do {
        bytes = try host.files.read(path, limit: limit)
      } catch .missing {
        throw UsageProblem("there is no file \(argument) for --notes")
      } catch {
        throw UsageProblem("the notes \(argument) cannot be read (\(error))")
      }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw UsageProblem("the notes \(argument) are not UTF-8 text")
    }
    return text.hasPrefix("\u{feff}") ? String(text.unicodeScalars.dropFirst()) : text
  }

  private static func standardInput() throws -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = buffer.withUnsafeMutableBytes { take($0) }
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw UsageProblem("the notes cannot be read from standard input")
      }
      bytes += buffer[..<count]
      guard bytes.count <= limit else { throw UsageProblem("the notes are longer than \(limit) bytes") }
    }
  }
}

/// The C function, whose name a method above would hide.
private func take(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
  read(STDIN_FILENO, buffer.baseAddress, buffer.count)
}

/// Lets the author write the notes in an editor of their own, on their own terminal.
struct NotesEditor {
  let host: Host

  /// Opens the editor with the sections as they are.
  /// - Returns: what the author saved.
  func edit(_ notes: AuthorNotes) async throws -> String {
    guard let editor = host.environment["VISUAL"] ?? host.environment["EDITOR"] else {
      throw UsageProblem("--edit needs VISUAL or EDITOR to name an editor")
    }
    let path = try temporaryFile(Self.form(notes))
    defer { unlink(path) }
    // As git does it: the variable may hold options, so a shell reads it; the path is an argument of its own.
    let status = try wait(["/bin/sh", "-c", "\(editor) \"$1\"", "handoff-editor", path])
    guard status == 0 else { throw UsageProblem("the editor ended with status \(status); nothing was written") }
    let saved = try NotesInput.read(path, host: host)
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

  private func temporaryFile(_ text: String) throws -> String {
    let folder = host.environment["TMPDIR"] ?? "/tmp"
    var template = Array("\(folder)/handoff-notes-XXXXXX.md".utf8CString)
    let descriptor = mkstemps(&template, 3)
    guard descriptor >= 0 else { throw UsageProblem("no temporary file could be made in \(folder)") }
    defer { close(descriptor) }
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { throw UsageProblem("the notes could not be written to a temporary file") }
      bytes = bytes.dropFirst(count)
    }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Runs a program on this terminal and waits for it. It is the user's own, so it is in the foreground and gets the
  /// terminal's signals, which this process ignores meanwhile.
  /// - Returns: its exit status, or the signal that ended it as a negative number.
  private func wait(_ arguments: [String]) throws -> Int32 {
    try Signals.leavingToForeground {
      let process = try spawn(arguments)
      var status: Int32 = 0
      while waitpid(process, &status, 0) < 0 {
        guard errno == EINTR else { return -1 }
      }
      return status & 0x7f == 0 ? (status >> 8) & 0xff : -(status & 0x7f)
    }
  }

  private func spawn(_ arguments: [String]) throws -> pid_t {
    let variables = host.environment.variables.map { "\($0.key)=\($0.value)" }
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    var settings: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
    defer { for word in words + settings { free(word) } }
    #if canImport(Darwin)
      var attributes: posix_spawnattr_t?
    #else
      var attributes = posix_spawnattr_t()
    #endif
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // What this process ignores, the editor must not.
    var defaults = sigset_t()
    sigemptyset(&defaults)
    for number in [SIGINT, SIGQUIT, SIGPIPE] { sigaddset(&defaults, number) }
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
    var process: pid_t = 0
    guard posix_spawn(&process, arguments[0], nil, &attributes, &words, &settings) == 0 else {
      throw UsageProblem("the editor could not be started")
    }
    return process
  }
}
