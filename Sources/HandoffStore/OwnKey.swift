import HandoffProject
public import HandoffSecrets
public import HandoffSystem

/// The key that stands in the user's state folder, or in HANDOFF_MASK_KEY where several people share one.
///
/// It makes fingerprints of values that a public file may hold: of what a waiver waives, of what is masked. Whoever has it
/// can try values; whoever has not cannot.
public struct OwnKey {
  /// The variable that goes before the file.
  public static let variable = FingerprintKey.variable

  private let host: Host

  /// The key of the user of this host.
  public init(_ host: Host) {
    self.host = host
  }

  /// Where it is kept; nil without a home.
  public var path: String? { StateFolder.path(host).map { $0 + "/key" } }

  /// The key that is there; nil where there is none that can be read, and for a variable of fewer than sixteen bytes.
  public var existing: FingerprintKey? {
    if let text = host.environment[Self.variable] { return FingerprintKey(Array(text.utf8)) }
    return path.flatMap(read)
  }

  /// The key; made by chance when there is none yet. Nil where it can neither be read nor kept, and for a variable of
  /// fewer than sixteen bytes.
  public var value: FingerprintKey? {
    if host.environment[Self.variable] != nil { return existing }
    guard let path else { return nil }
    guard let folder = StateFolder.path(host) else { return nil }
    if let kept = read(path) {
      // One that was killed right after it made the key has left a second name of it.
      FileWriter().reap(in: folder)
      return kept
    }
    guard host.files.kind(of: path, followLinks: false) == nil else { return nil }
    var generator = SystemRandomNumberGenerator()
    let text = (0..<32).map { _ in
      String(UInt8.random(in: 16...255, using: &generator), radix: 16)
    }.joined()
    let writer = FileWriter()
    do throws(FileWriteError) {
      try writer.makeFolder(folder, mode: 0o700)
      try writer.create(Array((text + "\n").utf8), named: "key", in: folder, mode: 0o600)
    } catch {
      // Another run may have made it at this moment.
      return read(path)
    }
    return FingerprintKey(Array(text.utf8))
  }

  private func read(_ path: String) -> FingerprintKey? {
    guard host.files.kind(of: path, followLinks: false) == .regular, host.files.isOwn(path),
      let text = try? host.files.readText(path, limit: 1 << 10)
    else { return nil }
    return FingerprintKey(Array(text.prefix { $0 != "\n" }.utf8))
  }
}
