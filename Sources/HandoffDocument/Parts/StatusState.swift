import HandoffModel

extension Status {
  /// The sign and the word.
  var state: String { sign + " " + rawValue }
}
