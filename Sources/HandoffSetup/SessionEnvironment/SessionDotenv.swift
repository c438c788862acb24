import HandoffProject
import HandoffSystem

/// A project's dotenv files, as a session would load them: `.env`, and over it `.env.local`.
struct SessionDotenv {
  private let files: [(name: String, content: Dotenv)]
  /// The names of those that are there and cannot be read.
  let unread: [String]

  /// Reads them.
  init(root: String, files: FileSystem) {
    var found: [(name: String, content: Dotenv)] = []
    var unread: [String] = []
    for name in [".env.local", ".env"] {
      do throws(FileError) {
        found.append((name, Dotenv(try files.readText(root + "/" + name), expands: true)))
      } catch {
        if error != .missing { unread.append(name) }
      }
    }
    self.files = found
    self.unread = unread
  }

  /// All names that they set.
  var names: [String] { files.flatMap(\.content.names) }

  /// The file that counts for a variable; nil where none sets it.
  func file(of name: String) -> String? { files.first { $0.content.names.contains(name) }?.name }

  /// What it sets a variable to.
  func value(_ name: String) -> String? { files.first { $0.content.names.contains(name) }?.content[name] }
}
