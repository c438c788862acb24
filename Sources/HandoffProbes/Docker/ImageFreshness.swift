import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Whether an image is as new as what it is built from.
///
/// Told exactly where the build stamped the digest of its source as a label (``SourceDigest``). Otherwise it is a guess:
/// the image that it starts from is another one now, or files that differ from the commit that was checked out when it
/// was built, or that git does not know, were written after it, if the build takes them. A commit alone does not make it old: one edits, builds,
/// tries, and then commits. Nor does a file that was only touched, where a handoff recorded the source's digest.
struct ImageFreshness {
  /// The answer, and what it was taken from.
  struct Verdict: Hashable, Sendable {
    let answer: Answer
    /// The digest of the source as it is now, where it could be made.
    var digest: String?
    /// Whether the image's label told.
    var isExact = false
    /// The file, as it is shown, that could not be read, where the answer is unknown because of it.
    var unreadable: String?

    init(_ answer: Answer, digest: String? = nil, isExact: Bool = false, unreadable: String? = nil) {
      self.answer = answer
      self.digest = digest
      self.isExact = isExact
      self.unreadable = unreadable
    }
  }

  enum Answer: Hashable, Sendable {
    case current, unknown
    case stale(Staleness)

    /// The value of the fact.
    var rawValue: String {
      switch self {
      case .current: "current"
      case .unknown: "unknown"
      case .stale: "stale"
      }
    }
  }

  private let history: BuildHistory?
  private let context: ProbeContext
  private let deadline: Deadline

  /// - Parameters:
  ///   - repository: the one around the project, or nil where there is none that can be read.
  ///   - deadline: when the answer must be there.
  init(_ repository: GitRepository?, _ context: ProbeContext, deadline: Deadline) {
    history = repository.flatMap { BuildHistory($0, context, deadline: deadline) }
    self.context = context
    self.deadline = deadline
  }

  /// Whether an image is as new as its source.
  /// - Parameters:
  ///   - name: the container's.
  ///   - images: the images by what Dockerfiles call them.
  func verdict(
    of image: EngineImage, in name: String, _ source: BuildSource, _ images: [String: EngineImage]
  ) async -> Verdict {
    let limit =
      image.sourceDigest == nil ? BuildSource.Limit(files: 20_000, bytes: 64 << 20) : BuildSource.Limit()
    // Who only guesses does not wait for it until the end.
    let patience = Deadline.after(image.sourceDigest == nil ? deadline.remaining / 2 : deadline.remaining)
    let hasTriggers = ([source.recipe.base].compactMap(\.self) + source.recipe.otherBases)
      .contains { images[$0]?.hasTriggers == true }
    let taken = image.sourceDigest == nil && !hasTriggers ? source.taken : nil
    // Of a base that is not here nobody knows whether it takes the files that the Dockerfile does not (ONBUILD).
    let mayTakeMore = taken?.isEmpty == true && source.recipe.base.map { images[$0] == nil } == true
    let digest = await SourceDigest.of(
      source, taken: taken, limit: limit, context.host.files, deadline: patience)
    if let base = source.recipe.base, let present = images[base], !present.layers.isEmpty, !image.isMade(on: present) {
      return Verdict(.stale(.base(base)), digest: digest)
    }
    if let stamped = image.sourceDigest {
      guard let digest else { return Verdict(.unknown) }
      if stamped != digest { return Verdict(.stale(.digest), digest: digest, isExact: true) }
    }
    if let created = image.createdAt,
      let base = source.recipe.otherBases.sorted().first(where: { images[$0]?.createdAt ?? 0 > created })
    {
      return Verdict(.stale(.newerBase(base)), digest: digest)
    }
    if image.sourceDigest != nil { return Verdict(.current, digest: digest, isExact: true) }
    return Verdict(await guess(image, name, source, taken, mayTakeMore: mayTakeMore, digest), digest: digest)
  }

  private func guess(
    _ image: EngineImage, _ name: String, _ source: BuildSource, _ taken: [PathPattern]?, mayTakeMore: Bool,
    _ digest: String?
  ) async -> Answer {
    guard let builtAt = image.builtAt else { return .unknown }
    let recorded = recordedDigest(image, name)
    if let recorded, recorded == digest { return .current }
    guard let history else { return .unknown }
    if let newest = await history.newest(of: source, taken: taken, after: builtAt) { return .stale(newest) }
    if mayTakeMore { return .unknown }
    guard await history.isReadable(source) else { return .unknown }
    if let recorded, let digest, recorded != digest, let expected = context.expected,
      // A document tells whole seconds.
      builtAt < expected.capturedAt.timeIntervalSince1970 + 1
    {
      return .stale(.otherThanRecorded)
    }
    return .current
  }

  /// The digest of the source that the handoff found this very image to be current with.
  private func recordedDigest(_ image: EngineImage, _ name: String) -> String? {
    func recorded(_ attribute: String) -> String? {
      context.expected?.fact(FactID("docker.container[\(name)].\(attribute)"))?.value.string
    }
    guard recorded("source") == "current", recorded("imageID") == image.id else { return nil }
    return recorded("sourceDigest").flatMap { SourceDigest.isDigest($0) ? $0 : nil }
  }
}
