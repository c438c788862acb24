import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

/// The compose command of this machine, for this project: `docker compose` or `docker-compose`, with the options that a
/// new session needs.
struct ComposeCommand {
  private let words: [ShellArgument]

  /// - Parameters:
  ///   - environmentFiles: the files of variables that compose was given; absolute paths.
  ///   - over: the variable that holds the path of a file to be laid over the project's.
  init(
    _ settings: DockerSettings, _ context: ProbeContext, environmentFiles: [String] = [], over: String? = nil
  ) {
    var words = Self.program(context.host)
    var further: [ShellArgument] = []
    if let file = settings.composeFile {
      let isDefault = (!file.value.contains("/") && file.source.kind == .file) || file.source.kind == .dotenv
      let files = settings.composeFiles.isEmpty ? [file.value] : settings.composeFiles
      if !isDefault || over != nil { words += files.flatMap { ["-f", $0] } }
    }
    if case .compose(let project, _) = settings.scope.value,
      [.configuration, .environment].contains(settings.scope.source.kind)
    {
      words += ["-p", project]
    }
    if let over { further = [.word("-f"), .variable(over)] }
    self.words =
      words.map { .word($0) } + further
      + environmentFiles.flatMap { [.word("--env-file"), .path(ShellPath(context.shown($0)))] }
  }

  /// For services of a compose file that the project's containers are not taken from; nil for the usual file.
  init(file: String?, _ host: Host) {
    words = (Self.program(host) + (file.map { ["-f", $0] } ?? [])).map { .word($0) }
  }

  /// A command of compose about several services, whose names come last.
  func run(_ arguments: [String], services: [String]) -> ShellCommand {
    let separator = services.contains { $0.hasPrefix("-") } ? ["--"] : []
    return .run(words + (arguments + separator + services).map { .word($0) })
  }

  /// A command of compose. A service's name comes last and cannot be an option.
  func run(_ arguments: [String], service: String? = nil) -> ShellCommand {
    let operand = service.map { $0.hasPrefix("-") ? ["--", $0] : [$0] } ?? []
    return .run(words + (arguments + operand).map { .word($0) })
  }

  /// The plugin where there is one, else the program, else the plugin, which is what there should be.
  /// https://github.com/docker/cli/blob/master/cli-plugins/manager/manager.go
  private static func program(_ host: Host) -> [String] {
    let plugin = ["docker", "compose"]
    let home = EndpointSearch(host: host).configurationFolder.map { [$0 + "/cli-plugins"] } ?? []
    let folders =
      home + ["/usr/local/lib", "/usr/local/libexec", "/usr/lib", "/usr/libexec"].map { $0 + "/docker/cli-plugins" }
    if folders.contains(where: { host.files.isExecutable($0 + "/docker-compose") }) { return plugin }
    return host.executable(named: "docker-compose") == nil ? plugin : ["docker-compose"]
  }
}
