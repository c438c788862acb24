public import HandoffModel
public import HandoffSystem

/// A setting as a person is shown it: which one, what it is, where it came from.
public struct ListedSetting: Sendable, Equatable {
  /// Its key, as `handoff.yml` would have it: `postgres.port`, `postgres[analytics].port`.
  public let key: String
  /// Its value in one line; of a secret only that there is one.
  public let value: String
  /// Where it came from.
  public let source: Source
}

extension Project {
  /// Every setting that was found, in the order of the areas. What is not listed was said nowhere, and is found by the
  /// program concerned (libpq, the AWS CLI, the docker CLI) as it finds it by itself.
  /// - Parameter environment: the variables of this session, some of which the AWS CLI reads by itself.
  public func listedSettings(_ environment: ProcessEnvironment) -> [ListedSetting] {
    var rows = SettingRows()
    rows.add("project", name)
    rows.add("handoffs", handoffs)
    rows.add("template", template)
    rows.add("shells", shells)
    rows.add("deadline", Setting("\(Self.plain(deadline.value)) s", deadline.source))
    if let aws = aws.settings {
      func variable(_ names: String...) -> Setting<String>? {
        names.lazy.compactMap { name in
          environment[name].flatMap { $0.isEmpty ? nil : Setting($0, Source(.environment, name)) }
        }.first
      }
      rows.add("aws.profile", aws.profile ?? variable("AWS_PROFILE", "AWS_DEFAULT_PROFILE"))
      if aws.profile == nil, let other = variable("AWS_DEFAULT_PROFILE"), let first = variable("AWS_PROFILE"),
        other.value != first.value
      {
        // Which of the two goes first depends on the program that reads them.
        rows.add("aws.profile", other)
      }
      rows.add("aws.region", aws.region ?? variable("AWS_REGION", "AWS_DEFAULT_REGION"))
    }
    for settings in furtherAWS {
      rows.add("aws[\(settings.name ?? "")].profile", settings.profile)
      rows.add("aws[\(settings.name ?? "")].region", settings.region)
    }
    if let python = python.settings {
      rows.add("python.environment", python.environment)
      rows.add("python.tools", python.tools)
      for file in python.requirements { rows.add("python.requirements", Setting(file, Source(.file, file))) }
    }
    for settings in furtherPython {
      rows.add("python[\(settings.name ?? "")].environment", settings.environment)
      rows.add("python[\(settings.name ?? "")].tools", settings.tools)
    }
    for connection in postgres.settings ?? [] { rows.add(connection) }
    if let docker = docker.settings {
      rows.add("docker.compose", docker.composeFile)
      rows.add("docker.containers", Setting(docker.scope.value.listed, docker.scope.source))
    }
    for check in checks {
      let place: String =
        switch check.target {
        case .tcp: check.place
        case .http(let url, _): String(url.prefix { $0 != "?" })
        }
      rows.add("checks.\(check.name)", Setting(place, Source(.configuration, "checks.\(check.name)")))
    }
    for command in commands {
      let line = command.run.joined(separator: " ")
      rows.add("commands.\(command.name)", Setting(line, Source(.configuration, "commands.\(command.name)")))
    }
    if let variables = variables.settings {
      rows.add("environment.example", variables.example)
      for name in variables.required { rows.add("environment.required", name) }
    }
    return rows.rows
  }

  private static func plain(_ number: Double) -> String {
    number == number.rounded() && abs(number) < 1e9 ? "\(Int(number))" : "\(number)"
  }
}

private struct SettingRows {
  private(set) var rows: [ListedSetting] = []

  mutating func add(_ key: String, _ setting: Setting<String>?) {
    guard let setting else { return }
    rows.append(ListedSetting(key: key, value: setting.value, source: setting.source))
  }

  mutating func add(_ key: String, _ setting: Setting<[String]>) {
    let value = setting.value.isEmpty ? "none" : setting.value.joined(separator: ", ")
    add(key, Setting(value, setting.source))
  }

  mutating func add(_ connection: PostgresSettings) {
    let area = connection.name.map { "postgres[\($0)]" } ?? "postgres"
    add("\(area).host", connection.host)
    add("\(area).port", connection.port.map { Setting("\($0.value)", $0.source) })
    add("\(area).database", connection.database)
    add("\(area).user", connection.user)
    add("\(area).password", connection.password.map { Setting("set, not shown", $0.source) })
    for (keyword, setting) in connection.options.sorted(by: { $0.key < $1.key }) where keyword != "port" {
      add("\(area).\(keyword)", setting)
    }
    add("\(area).migrations", connection.migrations)
  }
}

extension DockerSettings.Scope {
  /// Which containers, in words.
  var listed: String {
    switch self {
    case .compose(let project, let names):
      (["those of compose project \(project)"] + names).joined(separator: ", ")
    case .names(let patterns): patterns.joined(separator: ", ")
    case .builtHere: "those of images that were built in this folder"
    case .all: "all of the engine"
    }
  }
}
