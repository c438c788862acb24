/// One finding of the scanner that somebody looked at and found to be no secret. It holds for that value and rule alone,
/// wherever it stands.
public struct Waiver: Sendable, Hashable {
  /// What the scanner shows of it, made with this user's key.
  public let fingerprint: String
  /// Why it is none.
  public let reason: String
}
