import Crypto
public import HandoffSystem
import HandoffText

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What tells that poetry installs a project.
public struct PoetrySign {
  /// Its lock file.
  public static let lock = "poetry.lock"
  private static let project = "pyproject.toml"

  private let root: String
  /// The file that says that poetry installs the project: its lock file, or `pyproject.toml` by a table of poetry's.
  ///
  /// Its build backend says only how the project is packed, which pip does with it as well.
  public let file: String?
  /// That file, or the one that names poetry's build backend: what makes an environment of poetry's likely.
  let likelyFile: String?

  /// Looks at a project.
  /// - Parameter root: its folder, an absolute path.
  public init(root: String, files: FileSystem) {
    self.root = root
    if files.kind(of: "\(root)/\(Self.lock)") == .regular {
      (file, likelyFile) = (Self.lock, Self.lock)
      return
    }
    let text = (try? files.readText("\(root)/\(Self.project)")) ?? ""
    let toml = TOMLReader(text)
    file = toml.value("tool", "poetry") == nil ? nil : Self.project
    let isPacked = toml.value("build-system", "build-backend")?.text?.contains("poetry.core") == true
    likelyFile = isPacked ? Self.project : file
  }

  /// Whether a folder bears the name that poetry gives to an environment of this project, `NAME-HASH-pyX.Y`, the hash
  /// being that of the project's path (https://python-poetry.org/docs/configuration/#virtualenvspath).
  public func names(_ folder: String) -> Bool {
    folder.split(separator: "/").last?.contains("-\(digest)-py") == true
  }

  var digest: String {
    String(Data(SHA256.hash(data: Data(root.utf8))).base64EncodedString().prefix(8))
      .replacing("+", with: "-").replacing("/", with: "_")
  }
}
