import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// One container as the engine told it, held against its service, its image's source and the handoff.
struct ContainerSeen {
  let summary: ContainerSummary
  let container: Container
  /// The service of the compose file that it belongs to, or nil.
  let service: DockerSettings.Service?
  /// Whether its image is as new as its source, where it has one.
  let source: ImageFreshness.Verdict?
  let advice: ContainerSetFindings

  private static let engine = Source(.measured, "the engine")
  private var settings: DockerSettings { advice.settings }
  private var context: ProbeContext { advice.context }
  private var name: String { summary.name }

  /// A fact of this container.
  func id(_ attribute: String) -> FactID { FactID("docker.container[\(name)].\(attribute)") }

  private func recorded(_ attribute: String) -> String? { context.expected?.fact(id(attribute))?.value.string }

  /// What is wrong with it by itself.
  var verdict: ContainerVerdict {
    ContainerVerdict(
      name: name, container: container, service: service?.name, compose: advice.compose,
      expectedState: recorded("state"), isAwaited: service?.isAwaited ?? false,
      now: context.host.now().timeIntervalSince1970)
  }

  /// Whether its source could be told when it was recorded, and cannot now: it is not seen, rather than changed.
  private var isSourceUnseen: Bool {
    source?.answer == .unknown && ["current", "stale"].contains(recorded("source"))
  }

  /// What was measured of it.
  func facts(state: String) -> [Fact] {
    let asked =
      service.flatMap { service in settings.composeFile.map { Source(.compose, "\($0.value): \(service.name)") } }
      ?? Self.engine
    var facts = [
      Fact(id("image"), .identity, .string(container.image), source: asked),
      Fact(id("ports"), .state, .strings(container.ports(ephemeral: service?.ephemeralPorts ?? [])), source: asked),
      Fact(id("state"), .state, .string(state), source: Self.engine),
    ]
    if let health = container.health { facts.append(Fact(id("health"), .state, .string(health), source: Self.engine)) }
    if let source, !isSourceUnseen {
      let from = Source(.measured, source.isExact ? "its label" : "git")
      facts.append(Fact(id("source"), .state, .string(source.answer.rawValue), source: from))
      if let digest = source.digest {
        facts.append(Fact(id("sourceDigest"), .volatile, .string(digest), source: Source(.measured, "its files")))
      }
    }
    return facts + [
      Fact(id("imageID"), .volatile, .string(container.imageID), source: Self.engine),
      Fact(id("restarts"), .volatile, .int(container.restartCount), source: Self.engine),
    ]
  }

  /// How it differs from what its service, its image's tag and its source are now.
  /// - Parameter images: the images by what containers and compose files call them.
  func findings(_ images: [String: EngineImage]) -> [Finding] {
    var findings: [Finding] = []
    if isSourceUnseen { findings.append(advice.sourceUnseen(name, unreadable: source?.unreadable)) }
    if let service, let file = settings.composeFile?.value,
      let change = ServiceChange(service, summary, container, settings, images)
    {
      findings.append(change.finding(name, file: file, up: advice.up(service: service.name)))
    }
    if let service, let network = container.lostNetwork {
      findings.append(advice.disconnected(name, from: network, "which it was made with", service: service.name))
    }
    if let service, let file = settings.composeFile?.value {
      for network in ServiceChange.lostNetworks(service, summary, container, settings) {
        findings.append(
          advice.disconnected(name, from: network, "for which \(Untrusted(file)) asks", service: service.name))
      }
    }
    if isReplaced(images) { findings.append(advice.imageReplaced(name, container.image, service: service?.name)) }
    if case .stale(let reason) = source?.answer {
      findings.append(advice.imageStale(name, reason, service: service?.name, image: container.image))
    }
    return findings
  }

  /// Whether its image's tag means another image now, which is not the same one built once more.
  private func isReplaced(_ images: [String: EngineImage]) -> Bool {
    guard let tagged = images[container.image], tagged.id != container.imageID,
      !container.imageID.hasSuffix(container.image)
    else { return false }
    return images[container.imageID].map { tagged.isRebuild(of: $0, isSourceOld: source?.answer == .current) } != true
  }
}
