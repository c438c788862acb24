import HandoffModel
import HandoffProbes
import HandoffProject
import HandoffSystem
import HandoffText

/// Virtual environments: made with the Python that the project asks for, or made anew, and filled.
extension SetupPlanner {
  func pythonSteps(_ survey: SetupSurvey, _ notes: inout [Message]) async -> [SetupStep] {
    var steps: [SetupStep] = []
    let all = [survey.project.python.settings].compactMap(\.self) + survey.project.furtherPython
    for settings in all {
      let area = settings.name.map { "python[\($0)]" } ?? "python"
      let findings = survey.findings(of: area)
      guard let setup = await PythonSetup(for: findings, of: settings, in: survey.project, host) else { continue }
      if let problem = setup.problem {
        notes.append("\(Untrusted(area)): \(problem)")
        continue
      }
      let losing = setup.commands.filter(\.destructive).map(\.description)
      let what = setup.commands.first?.description ?? "fill \(Untrusted(setup.folder))"
      steps.append(
        SetupStep(
          part: .venv, area: area, what: "\(Untrusted(setup.folder)): \(what)",
          why: findings.filter(PythonSetup.mends).map(\.message), commands: setup.commands.map(\.command.bash),
          loses: losing.isEmpty ? nil : "what is installed in \(Untrusted(setup.folder)), which does not work as it is",
          waitsForServices: false, mends: PythonSetup.mends
        ) { [host] shell throws(SetupFailure) in
          try await Self.run(setup.commands, shell)
          try await Self.complete(area, settings, host, shell)
        })
    }
    return steps
  }

  private static func run(_ commands: [Remedy], _ shell: SetupShell) async throws(SetupFailure) {
    let without = Dictionary(uniqueKeysWithValues: PythonSetup.variables.map { ($0, String?.none) })
    for command in commands {
      do throws(SetupShell.Failure) {
        try await shell.run(command.command, variables: without)
      } catch {
        throw SetupFailure(error)
      }
    }
  }

  /// Installs what is still missing after the files of requirements: a tool that none of them names.
  private static func complete(
    _ area: String, _ settings: PythonSettings, _ host: Host, _ shell: SetupShell
  ) async throws(SetupFailure) {
    // The folder of a new environment is found only now.
    guard let project = try? Discovery.project(at: shell.root, host: host) else { return }
    let snapshot = await ProbeRunner(host: host, timeout: .seconds(30)).snapshot(
      of: project, selection: AreaSelection(only: [area]), tool: "setup")
    let settings = settings.name == nil ? project.python.settings ?? settings : settings
    let findings = snapshot.observation(area)?.findings.filter { $0.severity == .failure } ?? []
    guard let setup = await PythonSetup(for: findings, of: settings, in: project, host),
      !setup.commands.contains(where: \.destructive)
    else { return }
    try await run(setup.commands, shell)
  }
}
