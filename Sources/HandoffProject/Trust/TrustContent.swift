import Crypto
import HandoffModel
public import HandoffSystem
import HandoffText

/// What a project would have run, read once: what is hashed is what is run.
public struct TrustContent: Sendable {
  /// How many bytes of files are kept. A longer file is hashed, and run where it stands.
  static let sizeLimit = 64 << 20

  /// A file that a command names.
  struct File: Sendable {
    /// What is hashed of it.
    let digest: String
    /// What is run of it; nil for what is run where it stands: a folder, a link to nothing, a very long file.
    let copy: PrivateCopy.Entry?
  }

  private let subject: TrustSubject
  private let files: [PathText: File]

  init(subject: TrustSubject, files: [PathText: File]) {
    self.subject = subject
    self.files = files
  }

  /// SHA-256 over the place of the project, the bytes of `handoff.yml`, what it declares, and the files that the commands
  /// name.
  public func digest(_ configuration: ConfigurationDigest) -> String {
    var value = subject.declared
    value["configuration"] = .string(configuration.text)
    value["files"] = .string(HandoffProject.digest(of: files.mapValues(\.digest)))
    return SHA256.hash(data: Array(JSONValue.object(value).canonical.utf8)).hexadecimal
  }

  /// What is run of the files that can be copied, by their names.
  public var copies: [PathText: PrivateCopy.Entry] { files.compactMapValues(\.copy) }
}
