import HandoffText

extension ImageFreshness {
  /// Why an image is older than its source.
  enum Staleness: Hashable, Sendable {
    /// The digest that the build stamped on it is not the source's.
    case digest
    /// The image that it starts from is another one now.
    case base(String)
    /// The image that an earlier stage of its build starts from was made after it.
    case newerBase(String)
    /// A file was written after it was built.
    case file(String)
    /// A file was removed after it was built.
    case removed(String)
    /// A file was written after it was built, and a commit, its short id, holds it so.
    case commit(String, path: String)
    /// The source is not what it was when the handoff was written, and the image is the same.
    case otherThanRecorded

    /// Whether there is no doubt: the source was put down when the image was built.
    var isCertain: Bool {
      switch self {
      case .digest: true
      case .base, .newerBase, .file, .removed, .commit, .otherThanRecorded: false
      }
    }

    /// The reason, after "is out of date:".
    var message: Message {
      switch self {
      case .digest: "its source is not the one whose digest its image bears (label \(Untrusted(SourceDigest.label)))"
      case .base(let name): "the base image \(Untrusted(name)) is not the one that it was built on"
      case .newerBase(let name): "the image \(Untrusted(name)), which its build uses, is newer than its image"
      case .file(let path): "\(Untrusted(path)) was written after its image was built"
      case .removed(let path): "\(Untrusted(path)) was removed after its image was built"
      case .commit(let id, let path):
        "\(Untrusted(path)), last changed by commit \(Untrusted(id)), was written after its image was built"
      case .otherThanRecorded: "its source changed since the handoff, and its image did not"
      }
    }
  }
}
