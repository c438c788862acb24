import HandoffProject
import HandoffSystem

/// A project's dotenv files, as a session would load them: `.env`, and over it `.env.local`.
struct SessionDotenv {
  private let files: [(name: String, content: Dotenv)]

  /// Reads them; what cannot be read is taken for absent.
  init(root: String, files: FileSystem) {
    self.files = [".env.local", ".env"].compactMap { name in
      (try? files.readText(root + "/" + name)).map { (name, Dotenv($0, expands: true)) }
    }
  }

  /// All names that they set.
  var names: [String] { files.flatMap(\.content.names) }

  /// The file that counts for a variable; nil where none sets it.
  func file(of name: String) -> String? { files.first { $0.content.names.contains(name) }?.name }

  /// What it sets a variable to.
  func value(_ name: String) -> String? { files.first { $0.content.names.contains(name) }?.content[name] }
}
