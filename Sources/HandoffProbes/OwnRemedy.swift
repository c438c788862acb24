import HandoffModel
import HandoffText

extension Remedy {
  /// What `handoff setup` does of it.
  /// - Parameter part: `env`, `venv`, `images`, `database` or `migrations`.
  static func setup(_ part: String) -> Remedy {
    Remedy(.run("handoff", "setup", "--only", part), "plans it, asks, and does it")
  }
}
