import HandoffModel
import HandoffText

/// Carries a plan out.
public struct SetupRun: Sendable {
  /// How a step ended.
  public enum Outcome: Sendable {
    /// It is done, and its probe says nothing else.
    case done
    /// It was not done, or its probe still says what was wrong.
    case failed(SetupFailure)
    /// It was interrupted, and what it had begun was ended.
    case interrupted(SetupFailure)
    /// It was not begun, since this part, which it needs, failed.
    case skipped(SetupPart)
  }

  /// What happens, for showing progress.
  public enum Event: Sendable {
    /// A step begins.
    case began(SetupStep)
    /// A step ended.
    case ended(SetupStep, Outcome)
  }

  private let shell: SetupShell
  private let survey: @Sendable (_ only: [String]) async throws -> SetupSurvey
  private let progress: @Sendable (Event) -> Void

  /// Prepares.
  /// - Parameters:
  ///   - survey: measures these areas anew.
  public init(
    _ shell: SetupShell, survey: @escaping @Sendable (_ only: [String]) async throws -> SetupSurvey,
    progress: @escaping @Sendable (Event) -> Void
  ) {
    self.shell = shell
    self.survey = survey
    self.progress = progress
  }

  /// Does each step, and looks at it by its probe. What needs a failed one is not begun.
  /// - Returns: whether all were done.
  /// - Throws: what measuring throws.
  public func carryOut(_ plan: SetupPlan) async throws -> Bool {
    var failed: [SetupStep] = []
    for step in plan.steps {
      if Task.isCancelled { throw CancellationError() }
      if let cause = failed.first(where: { step.needs($0) }) {
        progress(.ended(step, .skipped(cause.part)))
        failed.append(step)
        continue
      }
      progress(.began(step))
      let outcome = try await outcome(of: step)
      progress(.ended(step, outcome))
      if case .interrupted = outcome { throw CancellationError() }
      if case .failed = outcome { failed.append(step) }
    }
    return failed.isEmpty
  }

  private func outcome(of step: SetupStep) async throws -> Outcome {
    do throws(SetupFailure) {
      try await step.work(shell)
    } catch {
      return Task.isCancelled ? .interrupted(error) : .failed(error)
    }
    let survey = try await survey([step.area])
    if let first = survey.findings(of: step.area).first(where: step.mends) {
      return .failed(SetupFailure(["it was done, and still: \(first.message)"], remedies: first.remedies))
    }
    // What could not be looked at is not known to be done.
    if let seen = survey.snapshot.observation(step.area), seen.facts.isEmpty,
      let unseen = seen.findings.first(where: { $0.severity == .unknown })
    {
      return .failed(
        SetupFailure(["it was done, and could not be looked at: \(unseen.message)"], remedies: unseen.remedies))
    }
    return .done
  }
}

extension SetupStep {
  /// Whether this step cannot be done where another one was not.
  func needs(_ other: SetupStep) -> Bool {
    switch (part, other.part) {
    case (.migrations, .database): area == other.area
    case (.migrations, .images), (.database, .images): waitsForServices
    default: false
    }
  }
}
