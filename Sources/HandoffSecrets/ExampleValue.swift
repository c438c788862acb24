/// What a value in a file of examples looks like.
public enum ExampleValue {
  /// Whether it asks to be replaced: `your_key_here`, `changeme`, `<token>`, `xxxxxxxx`. A value that may be meant, such
  /// as `true`, `localhost` or `secret`, does not.
  public static func isPlaceholder(_ value: String) -> Bool {
    let text = value.lowercased()
    if let first = text.first, text.utf8.count >= 4, "x*.".contains(first), text.allSatisfy({ $0 == first }) {
      return true
    }
    if text.hasPrefix("<"), text.hasSuffix(">") { return true }
    return requests.contains { text.contains($0) }
      || ["your_", "your-", "todo", "fixme"].contains { text.hasPrefix($0) }
  }

  private static let requests = [
    "changeme", "change_me", "change-me", "change_this", "change-this", "replaceme", "replace_me", "replace-me",
    "replace_with", "replace-with", "_here", "-here", "placeholder", "insert_", "insert-", "_your_", "-your-",
  ]

  /// Whether it looks like a secret that somebody uses: one of a known shape, a password of a URL, or what stands under
  /// the name of a secret and is no word. `postgres`, `secret123` and the like are what examples hold.
  public static func looksReal(_ value: String, named name: String) -> Bool {
    guard !Placeholder.isOne(value, name: name) else { return false }
    if !TokenRules.find(in: Array(value.utf8)[...]).isEmpty { return true }
    let passwords = HeldValue.urlPasswords(in: value)
    if !passwords.isEmpty { return passwords.contains { isStrange($0) } }
    return HeldValue.isSecret(value, named: name) && isStrange(value)
  }

  /// Digits or signs within, or letters of both cases mixed: not a word with a number at its end.
  private static func isStrange(_ value: String) -> Bool {
    let bytes = Array(value.utf8)[...]
    guard KnownSecret(name: "", value: value) != nil, SecretValue.looksSecret(bytes) else { return false }
    var word = bytes
    while let last = word.last, !last.isLetter { word.removeLast() }
    if !word.allSatisfy(\.isLetter) { return true }
    return word.count >= 12 && word.dropFirst().contains(where: \.isUpper) && word.contains(where: \.isLower)
  }
}
