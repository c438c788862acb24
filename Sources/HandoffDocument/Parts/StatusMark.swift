import HandoffModel

extension Status {
  /// The sign that stands for it.
  var mark: String {
    switch self {
    case .ok: "✓"
    case .warning: "!"
    case .unknown: "?"
    case .failure: "✗"
    case .skipped: "–"
    }
  }

  /// The sign and the word.
  var state: String { mark + " " + rawValue }
}
