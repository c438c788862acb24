/// A mistake in a template.
public struct TemplateError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file, as it was named to ``Template``.
  public let file: String
  /// The line, counted from 1.
  public let line: Int
  /// What is wrong and what to write instead.
  public let message: String

  /// `templates/x.md:12: unknown name …`.
  public var description: String { "\(file):\(line): \(message)" }
}
