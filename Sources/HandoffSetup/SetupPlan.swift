public import HandoffModel
import HandoffProbes
public import HandoffProject
public import HandoffSystem
public import HandoffText

/// A part of a setup, in the order in which they are carried out.
public enum SetupPart: String, CaseIterable, Sendable {
  /// `.env` from the file of examples.
  case env
  /// Virtual environments and what is installed in them.
  case venv
  /// Images and containers.
  case images
  /// Databases that do not exist.
  case database
  /// SQL files that were not applied.
  case migrations

  /// The kind of area whose probe tells whether it is done.
  public var area: String {
    switch self {
    case .env: "environment"
    case .venv: "python"
    case .images: "docker"
    case .database, .migrations: "postgres"
    }
  }
}

/// One thing that a setup does.
public struct SetupStep: Sendable {
  /// Its part.
  public let part: SetupPart
  /// The area whose probe tells whether it is done: `postgres[analytics]`.
  public let area: String
  /// What it does.
  public let what: Message
  /// Why: what was found.
  public let why: [Message]
  /// What is run, as a person would write it: commands, SQL, or files of SQL; of `.env`, the lines that are added.
  public let commands: [String]
  /// What is lost by it; nil where nothing is.
  public let loses: Message?
  /// Whether it needs a service that a step of images starts.
  let waitsForServices: Bool
  /// The findings that are gone when it is done.
  let mends: @Sendable (Finding) -> Bool
  /// Does it.
  let work: @Sendable (SetupShell) async throws(SetupFailure) -> Void

  /// Where a person goes on when it failed.
  public var again: String { "handoff setup --only \(part.rawValue)" }
}

/// Why a step was not done.
public struct SetupFailure: Error, Sendable {
  /// What happened, in lines.
  public let lines: [Message]
  /// What to do about it; empty where the lines say so.
  public let remedies: [Remedy]

  /// Describes it.
  public init(_ lines: [Message], remedies: [Remedy] = []) {
    self.lines = lines
    self.remedies = remedies
  }

  /// A command that did not end well.
  init(_ failure: SetupShell.Failure) {
    self.init(["\(Untrusted(failure.command.bash)) \(failure.ending)"])
  }
}

/// What a setup does, and what it cannot do.
public struct SetupPlan: Sendable {
  /// The steps, in their order.
  public let steps: [SetupStep]
  /// What is broken and is mended by none of them: its area and the finding.
  public let left: [(area: String, finding: Finding)]
  /// What was found out while it was made, for a person.
  public let notes: [Message]
}

/// A project, and what was just measured of it.
public struct SetupSurvey: Sendable {
  /// The project, as its files say now.
  public let project: Project
  /// What was measured.
  public let snapshot: Snapshot

  /// Joins them.
  public init(project: Project, snapshot: Snapshot) {
    self.project = project
    self.snapshot = snapshot
  }

  /// The findings of an area that are not ignored.
  func findings(of area: String) -> [Finding] { snapshot.observation(area)?.findings ?? [] }

  /// The databases of the project, each with its area and what was found there.
  var databases: [(settings: PostgresSettings, area: String, findings: [Finding])] {
    (project.postgres.settings ?? []).map { settings in
      let area = PostgresProbe.area(of: settings)
      return (settings, area, findings(of: area))
    }
  }
}

/// Makes plans.
public struct SetupPlanner: Sendable {
  let host: Host
  let parts: Set<SetupPart>

  /// Prepares.
  /// - Parameter parts: the parts that were asked for.
  public init(_ host: Host, parts: Set<SetupPart>) {
    self.host = host
    self.parts = parts
  }

  /// Makes a plan of what was measured.
  public func plan(_ survey: SetupSurvey) async -> SetupPlan {
    var steps: [SetupStep] = []
    var notes: [Message] = []
    for part in SetupPart.allCases where parts.contains(part) {
      switch part {
      case .env: steps += await environmentSteps(survey, &notes)
      case .venv: steps += await pythonSteps(survey, &notes)
      case .images: steps += await imageSteps(survey, &notes)
      case .database: steps += await databaseSteps(survey, steps, &notes)
      case .migrations: steps += await migrationSteps(survey, steps, &notes)
      }
    }
    let left = survey.snapshot.observations.flatMap { observation in
      observation.findings.filter { finding in
        finding.severity >= .unknown
          && !steps.contains { $0.area == observation.probe && $0.mends(finding) }
      }.map { (observation.probe, $0) }
    }
    return SetupPlan(steps: steps, left: left, notes: notes)
  }
}
