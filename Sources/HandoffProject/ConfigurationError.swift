/// A mistake in a file that configures the tool or describes the project.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file, relative to the project.
  public let file: String
  /// The line, from 1; nil when the whole file is meant.
  public let line: Int?
  /// The column in Unicode scalars, from 1.
  public let column: Int?
  /// What is wrong and what to do, in words of ours and names from the file.
  public let message: String

  /// Describes a mistake.
  public init(file: String, line: Int? = nil, column: Int? = nil, message: String) {
    self.file = file
    self.line = line
    self.column = column
    self.message = message
  }

  /// `handoff.yml:3:5: unknown key "prot"; did you mean "port"?`
  public var description: String {
    "\(Self.place(file: file, line: line, column: column)): \(message)"
  }

  /// `handoff.yml:3:5`, as far as it is known.
  static func place(file: String, line: Int?, column: Int?) -> String {
    guard let line else { return file }
    guard let column, line > 0 else { return "\(file):\(line)" }
    return "\(file):\(line):\(column)"
  }
}
