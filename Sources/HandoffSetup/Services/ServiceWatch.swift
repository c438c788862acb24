import HandoffProbes
import HandoffSystem
import HandoffText

/// Waits until containers run as they should.
struct ServiceWatch {
  /// A container without a health check runs as it should once it ran for so long without being started again.
  private static let moment = Duration.seconds(2)
  /// How often the engine is asked.
  private static let pause = Duration.milliseconds(200)
  /// From how many restarts on nobody waits any longer.
  private static let loop = 3
  /// How many lines of a log are shown.
  private static let lines = 10

  private let update: ServiceUpdate

  init(_ update: ServiceUpdate) { self.update = update }

  /// The containers as they are now.
  func look() async throws(ServiceProblem) -> [ServiceStatus] {
    do throws(ProjectServices.Trouble) {
      return try await update.services().list(withSources: false)
    } catch {
      throw ServiceProblem(error)
    }
  }

  private enum Verdict {
    case waiting, well(Message), notWell(Message)
  }

  /// Waits, and tells of each container when it is well.
  /// - Throws: ``ServiceProblem/notWell(_:stands:)`` for those that are not by the deadline, or cannot become so.
  func wait(for rows: [ServiceStatus], stands: Message) async throws(ServiceProblem) {
    var left = rows.filter { $0.containerID != nil }
    let missing = rows.filter { $0.containerID == nil && !$0.isOptional }
    if let missing = missing.first {
      throw .stopped("\(Untrusted(missing.name)) has no container; \(stands)")
    }
    if !left.isEmpty { update.progress(.waiting(left.compactMap(\.container))) }
    let deadline = Deadline.after(update.patience)
    var running: [String: (since: ContinuousClock.Instant, start: Double?)] = [:]
    var failed: [ServiceProblem.NotWell] = []
    while !left.isEmpty {
      let present = try await look()
      var waiting: [ServiceStatus] = []
      for old in left {
        let name = old.container ?? old.name
        let row = present.first { $0.containerID == old.containerID }
        switch verdict(row, old.containerID ?? "", &running, isLast: deadline.hasPassed) {
        case .waiting: waiting.append(old)
        case .well(let state): update.progress(.well(container: name, state: state, log: await log(old)))
        case .notWell(let state): failed.append(.init(container: name, state: state, log: await log(old)))
        }
      }
      left = waiting
      if Task.isCancelled, !left.isEmpty { throw .stopped("interrupted; \(stands)") }
      if !left.isEmpty { try? await Task.sleep(for: Self.pause) }
    }
    if !failed.isEmpty { throw .notWell(failed, stands: stands) }
  }

  private func verdict(
    _ row: ServiceStatus?, _ id: String, _ running: inout [String: (since: ContinuousClock.Instant, start: Double?)],
    isLast: Bool
  ) -> Verdict {
    guard let row else { return .notWell("is not there any more") }
    let seconds = Int(update.patience.components.seconds)
    switch row.state {
    case "completed": return .well("ended well, as it should")
    case "running":
      if row.health == "healthy" { return .well("is healthy") }
      if row.health == "unhealthy" { return .notWell("runs, but its health check fails") }
      if row.hasHealthCheck { return isLast ? .notWell("is not healthy after \(seconds) s") : .waiting }
      guard let seen = running[id], seen.start == row.startedAt else {
        running[id] = (ContinuousClock.now, row.startedAt)
        return isLast ? .notWell("ran for too short a time to tell whether it stays") : .waiting
      }
      if ContinuousClock.now - seen.since >= Self.moment { return .well("runs") }
      return isLast ? .notWell("ran for too short a time to tell whether it stays") : .waiting
    case "restarting":
      let again = row.restarts >= Self.loop
      return again || isLast
        ? .notWell("restarts in a loop: \(row.restarts) restarts, it ended with status \(row.exitCode)") : .waiting
    case "created", "removing": return isLast ? .notWell("was not started") : .waiting
    case "exited": return .notWell("ended with status \(row.exitCode)")
    case let state: return .notWell("is \(Untrusted(state ?? "gone"))")
    }
  }

  /// The last lines of a container's log, both outputs as they came.
  func log(_ row: ServiceStatus) async -> [String] {
    guard let id = row.containerID, let variables = try? update.services().variables else { return [] }
    return await ContainerLog.last(Self.lines, of: id, update.host, variables)
  }
}

/// What a container printed.
enum ContainerLog {
  /// Its last lines; none where docker does not tell them.
  static func last(_ count: Int, of id: String, _ host: Host, _ variables: [String: String?]) async -> [String] {
    let result = await host.commands.run(
      Command(
        "/bin/sh", ["-c", "exec docker logs --tail \(count) \"$1\" 2>&1", "sh", id],
        environment: host.environment.changed(variables), outputLimit: 1 << 20),
      deadline: .after(.seconds(10)))
    var lines = OutputLines()
    _ = lines.take(result.standardOutput)
    _ = lines.end()
    return lines.last.suffix(count)
  }
}

extension ProcessEnvironment {
  /// The variables with some changed or, where nil, taken away.
  func changed(_ changes: [String: String?]) -> [String: String] {
    var variables = variables
    for (name, value) in changes { variables[name] = value }
    return variables
  }
}
