/// The names and addresses that are this machine, whatever a resolver says.
public enum LoopbackHost {
  /// Whether a host is this machine.
  /// - Parameter host: a name or address, without brackets.
  public static func contains(_ host: String) -> Bool {
    let name = host.lowercased()
    if name == "localhost" || name == "::1" || name == "0:0:0:0:0:0:0:1" { return true }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4, parts[0] == "127" else { return false }
    // Only the plain form: other programs take a leading zero for an octal number.
    return parts.allSatisfy { part in
      UInt8(part).map { String($0) == part } == true
    }
  }
}
