public import HandoffModel
public import HandoffProject
import HandoffSystem
import HandoffText

/// Asks what `handoff.yml` declares under `checks`: whether somebody listens, or answers as expected. No program is run.
/// Only this machine is asked, unless the project is trusted; a redirect is an answer and is not followed.
public struct CheckProbe: Probe {
  /// Its name.
  let name: String
  /// What is asked; nil when a handoff recorded it and `handoff.yml` declares it no more.
  let settings: CheckSettings?

  /// What it is called in documents.
  public static let title: StaticString = "Check"

  /// The area: `check[api]`.
  public var area: String { "check[\(name)]" }

  /// What it establishes.
  public static let facts: [FactDefinition] = [
    FactDefinition(
      "check[*]", .state, order: .ranked([["passed"], ["failed"]]), title: "check", isHead: true,
      meaning: "`passed` or `failed`, of a check that `handoff.yml` declares")
  ]

  /// What it finds.
  public static let findings: [FindingDefinition] = [
    FindingDefinition("check.refused", "nobody listens where a check asks"),
    FindingDefinition("check.failed", "the answer to a check has another status than expected"),
    FindingDefinition("check.timeout", "there was no answer by the deadline"),
    FindingDefinition("check.unreachable", "there is no way to where a check asks"),
    FindingDefinition("check.tls", "no encrypted connection can be made to where a check asks"),
    FindingDefinition("check.unexpected-answer", "what answers there does not speak HTTP"),
    FindingDefinition("check.untrusted", "a check asks another machine, and the project is not trusted"),
    FindingDefinition("check.not-declared", "handoff.yml does not declare a check any more that was recorded"),
  ]

  /// One for each check.
  public static func probes(for project: Project) -> [ProbeUse] {
    project.checks.map { .used(CheckProbe(name: $0.name, settings: $0)) }
      + project.recalledChecks.map { .used(CheckProbe(name: $0, settings: nil)) }
  }

  /// Asks.
  public func observe(_ context: ProbeContext) async -> Observation {
    let id = FactID(area)
    guard let settings else { return Declared.gone(area, "check.not-declared", "checks", name) }
    let place = Untrusted(settings.place)
    if !settings.isLocal, !TrustStore(context.host).trusts(TrustSubject(context.project)) {
      let finding = Finding(
        "check.untrusted", .unknown,
        "\(place) is not this machine, and a check may ask other machines only in a project that is trusted",
        remedies: [Declared.trust], facts: [id])
      return Observation(probe: area, facts: [], findings: [finding])
    }
    let byHand = settings.byHand
    func observation(_ value: String?, _ summary: Message, _ finding: Finding?) -> Observation {
      let source = Source(.configuration, "checks.\(name)")
      return Observation(
        probe: area, facts: value.map { [Fact(id, .state, .string($0), source: source)] } ?? [],
        findings: finding.map { [$0] } ?? [], summary: summary,
        verification: [GuideStep(byHand, "asks \(place)")])
    }
    func finding(_ kind: String, _ severity: Status, _ message: Message) -> Finding {
      Finding("check." + kind, severity, message, remedies: [Remedy(byHand, "asks it by hand")], facts: [id])
    }
    // What is left to do after the answer needs a moment of its own.
    let deadline = Deadline(instant: context.deadline.instant - .milliseconds(150))
    switch await ask(settings, context, deadline) {
    case .success(nil): return observation("passed", "\(place) accepts connections", nil)
    case .success(let status?) where settings.expects(status):
      return observation("passed", "\(place) answers \(status)", nil)
    case .success(let status?):
      let redirect: Message = (300...399).contains(status) ? "; redirects are not followed" : ""
      return observation(
        "failed", "",
        finding("failed", .failure, "\(place) answers \(status), not \(settings.expectation)\(redirect)"))
    case .failure(.refused):
      return observation("failed", "", finding("refused", .failure, "nobody listens on \(place)"))
    case .failure(.unknown(let kind, let reason)):
      return observation(nil, "", finding(kind, .unknown, "\(reason) \(place)"))
    }
  }

  private enum Failure: Error {
    case refused
    /// The end of the finding's id, and the words before the place.
    case unknown(String, Message)
  }

  private func ask(
    _ settings: CheckSettings, _ context: ProbeContext, _ deadline: Deadline
  ) async -> Result<Int?, Failure> {
    switch settings.target {
    case .tcp:
      do throws(TCPError) {
        try await context.host.tcp.reach(host: settings.host, port: settings.port, deadline: deadline)
        return .success(nil)
      } catch {
        switch error {
        case .refused: return .failure(.refused)
        case .timedOut: return .failure(.unknown("timeout", "no answer by the deadline from"))
        case .nameNotResolved: return .failure(.unknown("unreachable", "the name cannot be resolved of"))
        case .noRoute: return .failure(.unknown("unreachable", "there is no route to"))
        case .notPermitted: return .failure(.unknown("unreachable", "this process may not connect to"))
        case .other(let words): return .failure(.unknown("unreachable", "(\(Untrusted(words))) cannot connect to"))
        }
      }
    case .http(let url, _):
      do throws(HTTPError) {
        let request = HTTPRequest(url: url, bodyLimit: 1 << 20, usesProxy: !settings.isLocal)
        return .success(try await context.host.http.send(request, deadline: deadline).status)
      } catch {
        switch error {
        case .refused, .noSocket: return .failure(.refused)
        case .timedOut: return .failure(.unknown("timeout", "no answer by the deadline from"))
        case .nameNotResolved: return .failure(.unknown("unreachable", "the name cannot be resolved of"))
        case .noRoute: return .failure(.unknown("unreachable", "there is no route to"))
        case .notPermitted: return .failure(.unknown("unreachable", "this process may not connect to"))
        case .garbage: return .failure(.unknown("unexpected-answer", "what answers is not HTTP at"))
        case .tooLarge: return .failure(.unknown("unexpected-answer", "the answer is longer than 1 MiB from"))
        case .tls(let words):
          return .failure(.unknown("tls", "no encrypted connection (\(Untrusted(words))) to"))
        case .libraryMissing:
          return .failure(.unknown("unreachable", "(\(Untrusted(HTTPError.libraryAdvice))) cannot ask"))
        case .other(let words): return .failure(.unknown("unreachable", "(\(Untrusted(words))) cannot ask"))
        }
      }
    }
  }
}

extension CheckSettings {
  /// Whether a status is one that was asked for.
  func expects(_ status: Int) -> Bool {
    guard case .http(_, let expected) = target, !expected.isEmpty else { return (200...299).contains(status) }
    return expected.contains(status)
  }

  /// `200`, `200 or 204`, `2xx`.
  var expectation: Message {
    guard case .http(_, let expected) = target, !expected.isEmpty else { return "2xx" }
    return .joined(expected.map { "\($0)" }, separator: " or ")
  }

  /// How a person asks the same. A query may hold what nobody should see.
  var byHand: ShellCommand {
    switch target {
    case .tcp: .run("nc", "-z", "-v", "-w", "5", host, String(port))
    case .http(let url, _):
      .run("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-m", "5", String(url.prefix { $0 != "?" }))
    }
  }
}

/// What checks and commands have in common.
enum Declared {
  /// Trusts what the project declares.
  static let trust = Remedy(.run("handoff", "trust"), "shows what would be run, and asks")

  /// What a handoff recorded and `handoff.yml` does not declare.
  static func gone(_ area: String, _ id: String, _ key: StaticString, _ name: String) -> Observation {
    Observation(
      probe: area, facts: [],
      findings: [
        Finding(
          id, .failure, "\(Untrusted(name)) does not stand under \(words: key) in handoff.yml any more",
          remedies: [Remedy(.run("git", "log", "-p", "-3", "--", Configuration.fileName), "shows what became of it")],
          facts: [FactID(area)])
      ])
  }
}
