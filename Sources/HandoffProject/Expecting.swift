public import HandoffModel
import HandoffSystem

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
      settings.environment = settings.environment ?? text("python.environment").flatMap(inside)
      let tools = recorded.observation("python")?.facts.compactMap { fact in
        fact.id.pattern == "python.tool[*]" ? fact.id.member : nil
      }
      for tool in PythonSettings.knownTools
      where tools?.contains(tool) == true && !settings.tools.value.contains(tool) {
        settings.tools = Setting(settings.tools.value + [tool], settings.tools.source)
      }
      if !python.isOff { project.python = .used(settings) }
    }
    project.postgres = expectedConnections(recorded)
    if docker.isUnexpected, holdsFacts("docker") {
      let names = recorded.fact("docker.containers")?.value.strings ?? []
      project.docker = .used(DockerSettings(scope: Setting(.names(names), Source(.unknown))))
    }
    if git.isUnexpected, holdsFacts("git") { project.git = .used(GitSettings(handoffs: handoffs.value)) }
    if variables.isUnexpected, holdsFacts("environment") {
      project.variables = .used(VariableSettings(required: [], present: [:], example: nil))
    }
    project.furtherAWS += recalledAWS(recorded)
    project.furtherPython += recalledPython(recorded)
    project.recalledChecks = recalled("check", recorded, declared: checks.map(\.name))
    project.recalledCommands = recalled("command", recorded, declared: commands.map(\.name))
    return project
  }

  /// The instances of an area that were recorded and that nothing names any more.
  private func recalledInstances(_ kind: String, _ recorded: Snapshot, known: [String?]) -> [(String, Observation)] {
    recorded.observations.compactMap { observation in
      let id = FactID(observation.probe)
      guard id.kind == kind, let name = id.instance, !observation.facts.isEmpty, !known.contains(name),
        ConfigurationReader.isName(name)
      else { return nil }
      return (name, observation)
    }
  }

  private func recalledAWS(_ recorded: Snapshot) -> [AWSSettings] {
    if aws.isOff { return [] }
    return recalledInstances("aws", recorded, known: furtherAWS.map(\.name)).map { name, observation in
      func text(_ fact: String) -> Setting<String>? {
        observation.fact(FactID("\(observation.probe).\(fact)"))?.value.string.map {
          Setting($0, Source(.configuration, "aws[\(name)].\(fact)"))
        }
      }
      var settings = AWSSettings(profile: text("profile"), region: text("region"))
      settings.name = name
      return settings
    }
  }

  private func recalledPython(_ recorded: Snapshot) -> [PythonSettings] {
    if python.isOff { return [] }
    return recalledInstances("python", recorded, known: furtherPython.map(\.name)).map { name, observation in
      let fact = observation.fact(FactID("\(observation.probe).environment"))
      let recorded = observation.facts.compactMap { $0.id.pattern == "python.tool[*]" ? $0.id.member : nil }
      let tools = PythonSettings.knownTools.filter(recorded.contains)
      var settings = PythonSettings(
        environment: fact.flatMap { fact in fact.value.string.map { Setting($0, fact.source) } }.flatMap(inside),
        tools: Setting(tools, Source(.configuration, "python[\(name)].tools")))
      settings.name = name
      return settings
    }
  }

  /// A folder that only a document names, where it is one of the project: a document leads to no program elsewhere.
  private func inside(_ folder: Setting<String>) -> Setting<String>? {
    let path = PathText(folder.value)
    let isElsewhere = path.isAbsolute || path.climbs || path.text.utf8.starts(with: "~".utf8)
    return isElsewhere || path.text.isEmpty ? nil : folder
  }

  /// The names of recorded checks or commands that are not declared any more.
  private func recalled(_ kind: String, _ recorded: Snapshot, declared: [String]) -> [String] {
    guard !switchedOffAreas.contains(kind) else { return [] }
    return recorded.observations.compactMap { observation in
      let id = FactID(observation.probe)
      guard id.kind == kind, let name = id.instance, !observation.facts.isEmpty, !declared.contains(name),
        ConfigurationReader.isName(name)
      else { return nil }
      return name
    }
  }
}

extension Project {
  /// The connections of the project, and those that were recorded and that nothing names any more.
  private func expectedConnections(_ recorded: Snapshot) -> AreaUse<[PostgresSettings]> {
    if postgres.isOff { return postgres }
    var connections = postgres.settings ?? []
    if case .undecided(let files) = postgres {
      var undecided = PostgresSettings()
      undecided.unreadable = files
      undecided.isUndecided = true
      connections = [undecided]
    }
    for observation in recorded.observations where FactID(observation.probe).kind == "postgres" {
      guard !observation.facts.isEmpty else { continue }
      let name = FactID(observation.probe).instance
      let index = connections.firstIndex { $0.name == name }
      if let index, !connections[index].isUnsaid || connections[index].isUndecided { continue }
      let known = index.map { connections[$0] } ?? PostgresSettings(name: name)
      let recalled = Self.recalled(known, observation)
      if let index {
        connections[index] = recalled
      } else if name == nil {
        connections.insert(recalled, at: 0)
      } else {
        connections.append(recalled)
      }
    }
    return connections.isEmpty ? postgres : .used(connections)
  }

  private static func recalled(_ known: PostgresSettings, _ observation: Observation) -> PostgresSettings {
    func fact(_ name: String) -> Fact? { observation.fact(FactID("\(observation.probe).\(name)")) }
    func text(_ name: String) -> Setting<String>? {
      fact(name).flatMap { fact in fact.value.string.map { Setting($0, fact.source) } }
    }
    var settings = known
    settings.host = text("host")
    settings.port = fact("port").flatMap { fact in
      fact.value.int.flatMap { (1...65535).contains($0) ? Setting($0, fact.source) : nil }
    }
    settings.database = text("database")
    settings.user = known.user ?? text("user")
    settings.isRecalled = true
    // The host is a document's word, which gets no password but of this machine.
    if !settings.isOnThisMachine { settings.password = nil }
    return settings
  }
}

extension AreaUse {
  /// Whether `handoff.yml` switches the area off, which a recorded handoff does not undo.
  var isOff: Bool {
    if case .unused(let reason) = self { reason == switchedOff } else { false }
  }

  /// Whether the area is not used for any other reason. One of which that cannot be told stays so.
  var isUnexpected: Bool {
    if case .unused(let reason) = self { reason != switchedOff } else { false }
  }
}
