import HandoffText

/// Images that are older than their source, and services that do not run.
extension SetupPlanner {
  func imageSteps(_ survey: SetupSurvey, _ notes: inout [Message]) async -> [SetupStep] { [] }
}
