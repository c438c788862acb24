import Crypto
import HandoffModel
import HandoffSystem
import HandoffText

/// Reads what commands name, once.
struct TrustedReading {
  let files: FileSystem
  /// Whether caches of Python's bytecode count. They do not where the command gets variables that keep Python from them:
  /// then they may change with each run of the same scripts.
  let takesCaches: Bool
  /// How many bytes of files are still kept.
  private var room = TrustContent.sizeLimit
  /// Folders that links led to.
  private var seen: Set<String> = []

  init(files: FileSystem, takesCaches: Bool) {
    self.files = files
    self.takesCaches = takesCaches
  }

  /// Reads what stands at a path: of a file its bytes, of a link also where it leads, of a folder all that is in it.
  /// - Parameters:
  ///   - root: the folder of the project.
  ///   - isKept: whether a file's bytes are run from a copy.
  /// - Returns: nil when it cannot be read.
  mutating func file(_ path: String, in root: String, isKept: Bool = true) -> TrustContent.File? {
    let link = files.destination(ofLink: path)
    if link == nil, files.kind(of: path) == .folder {
      return folder(path, in: root).map { TrustContent.File(digest: $0, copy: nil) }
    }
    let prefix = link.map { "link to \($0) " } ?? ""
    let real = link == nil ? nil : files.realPath(path)
    let outside = real.flatMap { $0.hasPrefix(root + "/") ? nil : $0 }
    if let real, outside == nil, files.kind(of: real) == .folder {
      if !seen.insert(real).inserted { return TrustContent.File(digest: prefix, copy: nil) }
      return folder(real, in: root).map { TrustContent.File(digest: prefix + $0, copy: nil) }
    }
    do {
      let bytes = try files.read(outside ?? path, limit: 256 << 20)
      let digest = prefix + SHA256.hash(data: bytes).hexadecimal
      // A program of this machine that a link leads to, such as an environment's interpreter, is run where it stands.
      if let outside { return TrustContent.File(digest: digest, copy: .link(to: outside)) }
      guard isKept, bytes.count <= room else { return TrustContent.File(digest: digest, copy: nil) }
      room -= bytes.count
      return TrustContent.File(digest: digest, copy: .file(bytes, isExecutable: files.isExecutableByOwner(path)))
    } catch {
      // A link that leads nowhere, or to a folder of the machine, runs nothing of the project until it leads elsewhere.
      return link == nil ? nil : TrustContent.File(digest: prefix + "\(error)", copy: nil)
    }
  }

  /// The digest of all that stands in a folder; nil where something cannot be read, or it is more than 10,000 files.
  private mutating func folder(_ path: String, in root: String) -> String? {
    var contents: [String: JSONValue] = [:]
    var waiting = [""]
    while let current = waiting.popLast() {
      guard let names = try? files.list(current.isEmpty ? path : "\(path)/\(current)") else { return nil }
      for name in names where name != ".git" && !isCache(name, in: current) {
        let inside = current.isEmpty ? name : "\(current)/\(name)"
        guard contents.count < 10_000 else { return nil }
        if files.kind(of: "\(path)/\(inside)", followLinks: false) == .folder {
          waiting.append(inside)
        } else if let file = file("\(path)/\(inside)", in: root, isKept: false) {
          contents[inside] = .string(file.digest)
        } else {
          return nil
        }
      }
    }
    return SHA256.hash(data: Array(JSONValue.object(contents).canonical.utf8)).hexadecimal
  }

  private func isCache(_ name: String, in folder: String) -> Bool {
    !takesCaches && name.hasSuffix(".pyc") && folder.split(separator: "/").last == "__pycache__"
  }
}
