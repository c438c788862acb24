extension StringProtocol {
  /// The pieces between a sign of ASCII, as programs part them that read bytes: a combining mark behind the sign does not
  /// hide it.
  /// - Parameter keepsEmpty: whether what stands between two such signs, and is nothing, is a piece.
  public func pieces(between sign: Unicode.Scalar, keepsEmpty: Bool = false) -> [String] {
    String(self).unicodeScalars.split(separator: sign, omittingEmptySubsequences: !keepsEmpty)
      .map { String(Substring($0)) }
  }
}
