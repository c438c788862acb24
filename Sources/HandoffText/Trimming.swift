extension StringProtocol {
  /// The text without the white space at its ends.
  public var trimmed: SubSequence { drop(while: \.isWhitespace).trimmedEnd }

  /// The text without the white space at its end.
  public var trimmedEnd: SubSequence {
    guard let last = lastIndex(where: { !$0.isWhitespace }) else { return prefix(0) }
    return self[...last]
  }
}
