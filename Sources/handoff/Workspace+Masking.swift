import HandoffModel
import HandoffProbes
import HandoffProject
import HandoffSecrets
import HandoffStore
import HandoffSystem

extension Workspace {
  /// What masks values in documents, with the key of this user, which is made where there is none.
  /// - Throws: ``UsageProblem`` where there can be none.
  func maskingToWrite() throws -> Masking {
    guard !project.mask.isEmpty else { return masking(with: nil) }
    guard let key = OwnKey(host).value else { throw UsageProblem(Self.noKey(host.environment[OwnKey.variable] != nil)) }
    return masking(with: key)
  }

  /// What masks values in reports, with the key of this user if there is one. Nothing is written.
  var maskingToShow: Masking {
    let key = OwnKey(host).existing
    if key == nil, host.environment[OwnKey.variable] != nil {
      Console.complain(
        "warning: \(OwnKey.variable) is too short for a key, which takes at least 16 bytes; masked values cannot be told"
      )
    }
    return masking(with: key)
  }

  /// What the settings say of facts that may be masked; nothing where none is.
  func settled(_ expected: Snapshot?, _ options: ProbeOptions) -> [SettledValue] {
    if project.mask.isEmpty, expected?.maskedFacts.isEmpty ?? true { return [] }
    return ProbeRunner(host: host, timeout: timeout(options)).settled(of: project, expected: expected)
  }

  /// - Parameter key: nil where there is none: what is masked now is then told from nothing that was recorded.
  private func masking(with key: FingerprintKey?) -> Masking {
    let key = key ?? FingerprintKey((0..<32).map { _ in UInt8.random(in: .min ... .max) })
    return MaskedFacts.masking(project.mask) { id, value in
      let bytes = Array(JSONValue.array([.string(id.rawValue), value]).canonical.utf8)
      guard let key,
        let masked = MaskedValue(key: key.name, fingerprint: key.fingerprint(of: bytes, for: "masked fact"))
      else { preconditionFailure("a fingerprint is hexadecimal digits") }
      return masked
    }
  }

  private static func noKey(_ isTooShort: Bool) -> String {
    isTooShort
      ? "\(OwnKey.variable) is too short to mask with: it takes at least 16 bytes chosen by chance, as openssl rand -hex 32 makes "
        + "them; nothing was written"
      : "mask in handoff.yml needs a key, which could not be read or made in the state folder (~/.local/state/handoff/key); set "
        + "\(OwnKey.variable) to one; nothing was written"
  }
}
