/// An entry of `mask` in `handoff.yml`: facts whose values are kept back in documents and reports.
public struct MaskEntry: Sendable, Hashable {
  /// An id of facts, in which `*` stands for anything, and a backslash takes the next character as it is.
  public let pattern: String
  let line: Int?
  let column: Int?

  /// A mistake in it, with its place.
  public func mistake(_ message: String) -> ConfigurationError {
    ConfigurationError(file: Configuration.fileName, line: line, column: column, message: message)
  }
}
