/// What a setting says of a fact: the host of a server that may not be up.
public struct SettledValue: Hashable, Sendable {
  /// The fact.
  public let fact: FactID
  /// Its value, as it stands in sentences and commands.
  public let text: String

  /// States a value.
  public init(_ fact: FactID, _ text: String) {
    self.fact = fact
    self.text = text
  }
}
