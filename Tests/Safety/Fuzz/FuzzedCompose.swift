@testable import HandoffProject

/// A compose file, which is laid over itself, and whose services may extend those of itself under another name.
enum FuzzedCompose: FuzzedParser {
  static func parse(_ input: [UInt8]) {
    let text = text(input)
    let variables = ["A": "1", "B": "${A}", "PORT": "5432", "TAG": "16"]
    func read() throws(ConfigurationError) -> ComposeFile {
      try ComposeFile(text, file: "compose.yml", variables: { variables[$0] }, look: { _ in .text("A=1\nB=${A:-2}\n") })
    }
    do throws(ConfigurationError) {
      var file = try read()
      try file.inherit(in: "", reading: { _ throws(ConfigurationError) in try read() })
      file.override(with: file)
      _ = file.database
      for service in file.services.values { _ = (service.published.all, service.isOptional, service.isPostgres) }
    } catch {
      hold(isOneLine("\(error)"), "an error is one line")
    }
    let filled = Interpolation().filled(text) { variables[$0] }
    hold(filled.utf8.count <= text.utf8.count + (4 << 20), "a text does not grow without end")
    let plain = text.filter { $0 != "$" }
    hold(Interpolation().filled("$$x" + plain, { _ in nil }) == "$x" + plain, "$$ is a dollar sign")
  }
}
