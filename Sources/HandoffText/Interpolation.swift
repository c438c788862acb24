extension DefaultStringInterpolation {
  /// Adds ``Untrusted/visible``. Where this is used, the build warns, and fails in CI: text from the world has to be
  /// rendered for the place where it will stand.
  @available(*, deprecated, message: "render it for its place: .terminal, .markdownText, ShellWord …")
  public mutating func appendInterpolation(_ text: Untrusted) { appendLiteral(text.visible) }

  /// Adds ``Message/terminal``. Where this is used, the build warns, and fails in CI, as a message may hold text from the
  /// world.
  @available(*, deprecated, message: "render it for its place: .terminal, .markdown …")
  public mutating func appendInterpolation(_ message: Message) { appendLiteral(message.terminal) }
}
