import HandoffText

/// A file as it is and as it is to become. Nothing is ever taken away from it: lines are put behind its end.
public struct FileChange: Hashable, Sendable {
  /// The path relative to the project's folder.
  public let path: String
  /// What is there; nil where there is no file.
  public let old: [UInt8]?
  /// All that is to be there.
  public let new: [UInt8]

  /// A file that is not there yet.
  init(creating path: String, _ text: String) {
    (self.path, old, new) = (path, nil, Array(text.utf8))
  }

  /// Lines behind the end of a file, with its own line ends; the end of its last line is put there where it lacks one.
  init(appending text: String, to path: String, holding old: [UInt8]) {
    let usesCRLF = old.firstIndex(of: 0x0a).map { $0 > 0 && old[$0 - 1] == 0x0d } ?? false
    let end: [UInt8] = usesCRLF ? [0x0d, 0x0a] : [0x0a]
    var new = old
    if let last = old.last, last != 0x0a { new += end }
    for line in TextLines.lines(of: text) { new += Array(line.utf8) + end }
    (self.path, self.old, self.new) = (path, old, new)
  }

  /// What is put there, for those who look it through.
  public var added: String { String(decoding: new[(old?.count ?? 0)...], as: UTF8.self) }

  // MARK: Diff

  private static let contextLines = 3

  /// The change as a unified diff, which `git apply` and `patch -p1` take in the project's folder. It holds lines of the file
  /// as they are, and ends with a line end. It has no header of git's, whose paths git takes from the repository's folder,
  /// and passes over in a folder below it.
  public var diff: [UInt8] {
    let name = Self.quoted("b/" + path)
    let before = Self.lines(old ?? [])
    let after = Self.lines(new)
    // A name that holds a space is ended by a tab (git-apply's and patch's own way).
    let end = path.contains(" ") ? "\t\n" : "\n"
    var text = Array(
      ("--- " + (old == nil ? "/dev/null\n" : Self.quoted("a/" + path) + end) + "+++ " + name + end).utf8)
    let same = zip(before, after).prefix { $0 == $1 }.count
    let start = max(0, same - Self.contextLines)
    func range(_ count: Int) -> String { "\(count == 0 ? start : start + 1),\(count)" }
    text += Array("@@ -\(range(before.count - start)) +\(range(after.count - start)) @@\n".utf8)
    for line in before[start..<same] { text += Self.entry(" ", line) }
    for line in before[same...] { text += Self.entry("-", line) }
    for line in after[same...] { text += Self.entry("+", line) }
    return text
  }

  /// The lines with their ends; only the last one may have none.
  private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var lines: [ArraySlice<UInt8>] = []
    var start = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: 0x0a).map { $0 + 1 } ?? bytes.count
      lines.append(bytes[start..<end])
      start = end
    }
    return lines
  }

  private static func entry(_ mark: String, _ line: ArraySlice<UInt8>) -> [UInt8] {
    Array(mark.utf8) + line + (line.last == 0x0a ? [] : Array("\n\\ No newline at end of file\n".utf8))
  }

  /// A path as git writes it in a diff: as it is, or as a string of C where it holds what is not plain.
  private static func quoted(_ path: String) -> String {
    if path.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x5c }) { return path }
    let escaped = path.utf8.map { byte -> String in
      if byte >= 0x20, byte < 0x7f, byte != 0x22, byte != 0x5c { return String(decoding: [byte], as: UTF8.self) }
      let octal = String(byte, radix: 8)
      return "\\" + String(repeating: "0", count: 3 - octal.count) + octal
    }
    return "\"" + escaped.joined() + "\""
  }
}
