public import HandoffModel

extension Project {
  /// The project with every area that a handoff recorded in use, also where nothing names it any more: what was
  /// recorded is expected from then on, at the place where it was.
  public func expecting(_ recorded: Snapshot) -> Project {
    var project = self
    func text(_ id: FactID) -> Setting<String>? {
      recorded.fact(id).flatMap { fact in fact.value.string.map { Setting($0, fact.source) } }
    }
    func holdsFacts(_ area: String) -> Bool { recorded.observation(area)?.facts.isEmpty == false }
    if aws.isUnexpected, holdsFacts("aws") { project.aws = .used(AWSSettings()) }
    if holdsFacts("python") {
      var settings =
        python.settings ?? PythonSettings(environment: nil, tools: Setting([], Source(.defaultValue)))
      settings.environment = settings.environment ?? text("python.environment")
      let tools = recorded.observation("python")?.facts.compactMap { fact in
        fact.id.pattern == "python.tool[*]" ? fact.id.member : nil
      }
      for tool in tools ?? [] where !settings.tools.value.contains(tool) {
        settings.tools = Setting(settings.tools.value + [tool], settings.tools.source)
      }
      if !python.isOff { project.python = .used(settings) }
    }
    if postgres.isUnexpected || postgres.settings?.first?.isUnsaid == true, holdsFacts("postgres") {
      let number = recorded.fact("postgres.port").flatMap { fact in fact.value.int.map { Setting($0, fact.source) } }
      var settings = postgres.settings?.first ?? PostgresSettings()
      settings.host = text("postgres.host")
      settings.port = number
      settings.database = text("postgres.database")
      settings.user = settings.user ?? text("postgres.user")
      settings.isRecalled = true
      project.postgres = .used([settings] + (postgres.settings?.dropFirst() ?? []))
    }
    if docker.isUnexpected, holdsFacts("docker") {
      let names = recorded.fact("docker.containers")?.value.strings ?? []
      project.docker = .used(DockerSettings(scope: Setting(.names(names), Source(.unknown))))
    }
    if git.isUnexpected, holdsFacts("git") { project.git = .used(GitSettings(handoffs: handoffs.value)) }
    if variables.isUnexpected, holdsFacts("environment") {
      project.variables = .used(VariableSettings(required: [], present: [:], example: nil))
    }
    return project
  }
}

extension AreaUse {
  /// Whether `handoff.yml` switches the area off, which a recorded handoff does not undo.
  var isOff: Bool {
    if case .unused(let reason) = self { reason == switchedOff } else { false }
  }

  /// Whether the area is not used for any other reason.
  var isUnexpected: Bool { settings == nil && !isOff }
}
