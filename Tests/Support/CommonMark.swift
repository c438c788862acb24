import Foundation
import Testing

/// An independent reader of Markdown: GitHub's `cmark-gfm`.
public enum CommonMark {
  private static let path = ["/usr/bin/cmark-gfm", "/usr/local/bin/cmark-gfm", "/opt/homebrew/bin/cmark-gfm"]
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  /// Whether it is here; where CI runs it must be.
  public static var isAvailable: Bool { path != nil || ProcessInfo.processInfo.environment["CI"] == "true" }

  /// The elements of a document as it reads it, one a line, each as deep as it stands, without their text.
  public static func structure(_ markdown: String) throws -> [String] { elements(try convert(markdown, to: "xml")) }

  /// A document as HTML, with every extension that GitHub has switched on.
  public static func html(_ markdown: String) throws -> String { try convert(markdown, to: "html") }

  private static func convert(_ markdown: String, to format: String) throws -> String {
    let folder = try TemporaryFolder(["document.md": markdown])
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(path, "cmark-gfm is not installed"))
    process.arguments = [
      "-e", "table", "-e", "strikethrough", "-e", "autolink", "-e", "tagfilter", "-e", "footnotes", "-t", format,
      folder.path + "/document.md",
    ]
    process.environment = [:]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    try #require(process.end() == 0)
    return String(decoding: data, as: UTF8.self)
  }

  /// Start and end tags, with levels and languages, without texts.
  private static func elements(_ xml: String) -> [String] {
    var elements: [String] = []
    for piece in xml.utf8.split(separator: UInt8(ascii: "<")).dropFirst() {
      let tag = String(decoding: piece.prefix { $0 != UInt8(ascii: ">") }, as: UTF8.self)
      let name = String(tag.prefix { $0 != " " })
      // How many pieces a text is cut into is no structure.
      if name == "text" || name == "/text" || name.hasPrefix("?") || name.hasPrefix("!") { continue }
      elements.append(name == "code_block" || name == "heading" ? tag : name)
    }
    return elements
  }
}
