import HandoffSystem

@testable import HandoffProbes

/// `pyvenv.cfg`.
enum FuzzedEnvironmentFile: FuzzedParser {
  static func parse(_ input: [UInt8]) {
    FuzzFolder.write("pyvenv.cfg", input)
    let environment = VirtualEnvironment(folder: FuzzFolder.path, files: FileSystem())
    guard let values = environment.configuration else { fatalError("broken: the file is read") }
    for (key, value) in values { hold(!(key + value).contains { $0.isNewline }, "a value is one line") }
    if let minor = environment.madeWith { hold(minor.contains("."), "a minor version has two parts") }
  }
}
