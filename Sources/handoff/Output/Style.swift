import HandoffModel
import HandoffSystem
import HandoffText

/// How text is shown on a terminal.
struct Style {
  let colors: Bool

  init(_ choice: ColorChoice, environment: ProcessEnvironment) {
    colors =
      switch choice {
      case .always: true
      case .never: false
      case .auto: Console.outputIsTerminal && environment["NO_COLOR"] == nil && environment["TERM"] != "dumb"
      }
  }

  func green(_ text: String) -> String { paint(text, "32") }
  func red(_ text: String) -> String { paint(text, "31") }
  func yellow(_ text: String) -> String { paint(text, "33") }
  func blue(_ text: String) -> String { paint(text, "36") }
  func faint(_ text: String) -> String { paint(text, "2") }
  func bold(_ text: String) -> String { paint(text, "1") }

  private func paint(_ text: String, _ code: String) -> String {
    colors && !text.isEmpty ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
  }

  /// The sign of a verdict.
  func mark(_ status: Status) -> String {
    switch status {
    case .ok: green(status.sign)
    case .failure: red(status.sign)
    case .warning: yellow(status.sign)
    case .unknown: blue(status.sign)
    case .skipped: faint(status.sign)
    }
  }

  /// The sign of a change.
  func mark(_ severity: Change.Severity) -> String {
    switch severity {
    case .note: faint("·")
    case .warning: mark(Status.warning)
    case .unknown: mark(Status.unknown)
    case .failure: mark(Status.failure)
    }
  }
}

/// Lines of a report whose first column is an area.
struct AreaLines {
  private(set) var lines: [String] = []
  let column: Int

  init(areas: [String]) {
    column = max(9, areas.map { Self.shown($0).count }.max() ?? 0)
  }

  /// A line that names its area.
  mutating func add(mark: String, area: String, _ text: String) {
    let area = Self.shown(area)
    let padding = String(repeating: " ", count: max(0, column - area.count))
    lines.append("\(mark) \(area)\(padding) \(text)")
  }

  /// A document may name an area that holds anything between its brackets.
  private static func shown(_ area: String) -> String { Untrusted(area).terminal }

  /// A line below one that names its area.
  mutating func add(mark: String = " ", _ text: String) {
    lines.append("\(mark) \(String(repeating: " ", count: column)) \(text)")
  }

  /// Commands that mend, one a line.
  mutating func add(_ remedies: [Remedy], _ style: Style, most: Int = 3) {
    for remedy in remedies.prefix(most) {
      let warning = remedy.destructive ? style.red(" (destroys data)") : ""
      add("\(style.faint("→")) \(remedy.command.bash.onOneLine)  \(style.faint(remedy.description.terminal))\(warning)")
    }
  }
}

extension [Remedy] {
  /// The commands in a fence for bash, each below a comment that says what it does and that no shell acts on; nil when
  /// there is none.
  var markdownBlock: String? {
    if isEmpty { return nil }
    let lines = map { ShellComment.line($0.description) + "\n" + $0.command.bash }
    return Fence.block(lines.joined(separator: "\n"), language: "bash")
  }
}

extension String {
  /// A command that spans lines (a name with a line break in it) as one line that can still be seen for what it is.
  var onOneLine: String { replacing("\n", with: "\\n") }
}
