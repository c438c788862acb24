import ArgumentParser
import HandoffModel
import HandoffProbes

/// The formats of reports. A new one does not compile until every report answers it.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
  case terminal, json, markdown
}

/// When colours are used.
enum ColorChoice: String, CaseIterable, ExpressibleByArgument {
  case auto, always, never
}

/// Which project.
struct ProjectOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Folder of the project; without it the nearest one upwards.", valueName: "dir"))
  var project: String?
}

/// How a report is shown.
struct ReportOptions: ParsableArguments {
  @Option(help: "Format of the report: terminal, json or markdown.")
  var format: OutputFormat = .terminal

  @Option(help: "Colours: auto (on a terminal, unless NO_COLOR is set), always or never.")
  var color: ColorChoice = .auto

  @Flag(help: "Show how long each probe took.")
  var timings = false

  @Flag(name: [.short, .long], help: "Show only what is not well.")
  var quiet = false

  @Flag(name: [.short, .long], help: "Show every fact, and where each value came from.")
  var verbose = false
}

/// Which probes run, and for how long.
struct ProbeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Run only these areas: aws, python, postgres[analytics], command[schema] … Repeatable.", valueName: "areas"),
    transform: AreaList.init)
  var only: [AreaList] = []

  @Option(
    help: ArgumentHelp("Leave these areas out; they are neither confirmed nor unknown.", valueName: "areas"),
    transform: AreaList.init)
  var skip: [AreaList] = []

  @Option(help: ArgumentHelp("Seconds that a probe may take (default 5, or handoff.yml).", valueName: "seconds"))
  var timeout: Double?

  /// The areas that were asked for.
  var selection: AreaSelection {
    AreaSelection(only: only.flatMap(\.names), skip: skip.flatMap(\.names))
  }

  /// The areas of `--only`.
  var named: [String] { only.flatMap(\.names) }

  /// Whether no area was left out.
  var selectsAll: Bool { only.isEmpty && skip.isEmpty }

  mutating func validate() throws {
    if let timeout, !(timeout > 0 && timeout <= 3600) {
      throw ValidationError("--timeout takes a number of seconds above 0 and at most 3600")
    }
  }
}

/// A list of areas with commas between them.
struct AreaList {
  let names: [String]

  init(_ text: String) throws {
    names = text.split(separator: ",").map(String.init)
    for name in names {
      let kind = FactID(name).kind
      guard ProbeCatalog.areas.contains(kind) else {
        throw ValidationError(
          "there is no area \"\(name)\"; the areas are \(ProbeCatalog.areas.joined(separator: ", "))")
      }
    }
    if names.isEmpty { throw ValidationError("name at least one area") }
  }
}
