@testable import HandoffProject

/// `.env`, and the connection strings that stand in it.
enum FuzzedDotenv: FuzzedParser {
  static func parse(_ input: [UInt8]) {
    let text = text(input)
    for expands in [false, true] {
      let file = Dotenv(text, expands: expands)
      hold(Set(file.names).count == file.names.count, "a name is listed once")
      for name in file.names {
        hold(Dotenv.isName(name), "a name is one")
        _ = file.hasContent(name, isSet: { $0 == "HOME" })
        guard let value = file[name] else { continue }
        if expands { hold(value.utf8.count <= input.count * 3 + (4 << 20), "a value does not grow without end") }
        guard let url = ConnectionURL(value) else { continue }
        hold(url.port.map { (1...65535).contains($0) } ?? true, "a port is one")
        hold(!url.options.keys.contains("password"), "a password is no option")
      }
    }
  }
}
