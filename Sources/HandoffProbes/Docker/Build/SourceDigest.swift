import Crypto
import HandoffSystem
import HandoffText

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The digest of what an image is built from, and the label under which a build stamps it on the image, so that whether
/// the image is as new as its source can be told exactly.
///
/// It is `v1:sha256:` and, in lower-case hexadecimal, the SHA-256 of these records, one after another. First the Dockerfile:
/// `d`, a space, the SHA-256 of its content in hexadecimal, a space, a zero byte; its content is `dockerfile_inline` where
/// the compose file has that. Then each file of the context that
/// ``BuildSource`` counts, ordered by the bytes of its path: `f` for a file, `x` for one that its owner may execute, `l`
/// for a symbolic link; a space; the SHA-256 of its content, or of where the link points to; a space; its path relative
/// to the context; a zero byte. Times, owners, other permissions and empty folders do not count.
///
/// Whoever changes which files count, or the records, counts the version up: a label of another version, or of none, says
/// nothing, as if it were not there, and a fact of another version is compared with nothing. ``ImageFreshness`` then guesses.
///
/// Where no build stamped it, a digest of the same form holds only what COPY and ADD take, if that can be told.
enum SourceDigest {
  /// The name of the label.
  static let label = "handoff.source-digest"

  /// What a digest begins with.
  static let version = "v1:sha256:"

  /// Whether a label's or a fact's value is such a digest.
  static func isDigest(_ text: String) -> Bool {
    text.hasPrefix(version) && text.utf8.count == version.utf8.count + 64
      && text.utf8.dropFirst(version.utf8.count).allSatisfy { "0123456789abcdef".utf8.contains($0) }
  }

  /// Reads the files on a thread of its own.
  /// - Parameter taken: the files that count; nil for all.
  /// - Returns: nil where there is more than the limit, a file cannot be read, or the deadline passes.
  static func of(
    _ source: BuildSource, taken: [PathPattern]? = nil, limit: BuildSource.Limit, _ files: FileSystem,
    deadline: Deadline
  ) async -> String? {
    await aside { read(source, taken, limit, files, deadline) }
  }

  private static func read(
    _ source: BuildSource, _ taken: [PathPattern]?, _ limit: BuildSource.Limit, _ files: FileSystem,
    _ deadline: Deadline
  ) -> String? {
    guard let entries = source.entries(limit: limit, deadline: deadline),
      let recipe = try? source.buildFile.map({ try files.read($0) }) ?? Array(source.buildText.utf8)
    else { return nil }
    var whole = SHA256()
    whole.update(data: Data("d \(SHA256.hash(data: Data(recipe)).hexadecimal) \0".utf8))
    var left = limit.bytes
    for entry in entries {
      if deadline.hasPassed { return nil }
      if let taken, !taken.contains(where: { $0.matches(entry.path) }) { continue }
      let path = source.folder + "/" + entry.path
      let kind: String
      var content = SHA256()
      if files.kind(of: path, followLinks: false) == .symbolicLink {
        guard let destination = files.destination(ofLink: path) else { return nil }
        kind = "l"
        content.update(data: Data(destination.utf8))
      } else {
        // Piece by piece: a context may hold files that are larger than what we may take of memory.
        let limit = left
        do throws(FileError) {
          try files.read(path, limit: limit) { piece, _ in
            content.update(data: piece)
            left -= piece.count
            return !deadline.hasPassed
          }
        } catch {
          return nil
        }
        if deadline.hasPassed { return nil }
        kind = files.isExecutableByOwner(path) ? "x" : "f"
      }
      whole.update(data: Data("\(kind) \(content.finalize().hexadecimal) \(entry.path)\0".utf8))
    }
    return version + whole.finalize().hexadecimal
  }
}
