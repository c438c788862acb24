import HandoffSystem
import HandoffText

/// What a look at a file of the project gave.
enum FileLook {
  case text(String)
  /// There is nothing of this name.
  case absent
  case unreadable(UnreadableFile)

  /// Reads a file; a pipe or device is never waited for.
  /// - Parameters:
  ///   - path: relative to the root, or absolute.
  ///   - root: the project's folder.
  ///   - readsUTF16: whether a file in UTF-16 with a byte order mark, as PowerShell's `>` writes it, is a text too.
  init(_ path: String, root: String, files: FileSystem, readsUTF16: Bool = false) {
    self = Self.reading(path, root: root, files: files, readsUTF16: readsUTF16).look
  }

  /// The same with the bytes that the text was made from; none where there is no text.
  static func reading(
    _ path: String, root: String, files: FileSystem, readsUTF16: Bool = false
  ) -> (look: FileLook, bytes: [UInt8]) {
    let full = PathText(root).appending(path).text
    do throws(FileError) {
      let bytes = try files.read(full)
      if readsUTF16, let text = UTF16Text.decoded(bytes) { return (.text(text), bytes) }
      let text = FileSystem.text(bytes)
      // UTF-16, as some editors and shells write it, and what is no text at all.
      if text.utf8.contains(0) { return (.unreadable(UnreadableFile(path: path, .other, "is no UTF-8 text")), []) }
      return (.text(text), bytes)
    } catch {
      guard let (cause, reason) = reason(error, at: full, files: files) else { return (.absent, []) }
      return (.unreadable(UnreadableFile(path: path, cause, reason)), [])
    }
  }

  /// The text, or nil.
  var text: String? {
    if case .text(let text) = self { text } else { nil }
  }

  /// Why it could not be read, or nil where it could be or is absent.
  var unreadable: UnreadableFile? {
    if case .unreadable(let file) = self { file } else { nil }
  }

  /// Why a file that is there cannot be read, in words that follow its name; nil where there is none.
  private static func reason(
    _ error: FileError, at path: String, files: FileSystem
  ) -> (UnreadableFile.Cause, Message)? {
    switch error {
    case .missing, .system:
      if files.kind(of: path, followLinks: false) == .symbolicLink {
        // Where it leads to may be a path of this machine, which is not for documents.
        return (.link, "is a link to where there is nothing to be read")
      }
      if case .system(let number) = error { return (.other, "cannot be read (system error \(number))") }
      return nil
    case .notPermitted: return (.permission, "may not be read by this user")
    case .notRegular:
      return files.kind(of: path) == .folder ? (.folder, "is a folder") : (.other, "is no regular file")
    case .nameNotText: return (.other, "has a name that is not UTF-8 text")
    case .tooLarge(let limit): return (.other, "is longer than \(limit >> 20) MiB, which can only be a mistake")
    }
  }
}
