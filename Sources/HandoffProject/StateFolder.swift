public import HandoffSystem

/// Where this user's own state is kept: what is trusted, the key of fingerprints.
public enum StateFolder {
  /// `handoff` below `XDG_STATE_HOME`, or in the user's home; nil when there is neither.
  /// https://specifications.freedesktop.org/basedir-spec/latest/
  public static func path(_ host: Host) -> String? {
    if let state = host.environment["XDG_STATE_HOME"], PathText(state).isAbsolute { return state + "/handoff" }
    guard let home = host.environment.home, PathText(home).isAbsolute else { return nil }
    #if os(macOS)
      return home + "/Library/Application Support/handoff"
    #else
      return home + "/.local/state/handoff"
    #endif
  }
}
