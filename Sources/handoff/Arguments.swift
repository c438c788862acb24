import HandoffSystem

/// The arguments of this process.
enum Arguments {
  /// What stands behind the program's name.
  ///
  /// On Linux, Swift's library finds the arguments in memory behind the environment. A library that is loaded into the
  /// program and sets a variable before it starts moves that, and then there seem to be none; the kernel still has them.
  static var ofThisProcess: [String] {
    let known = CommandLine.arguments
    guard known.isEmpty, let bytes = try? FileSystem().read("/proc/self/cmdline", limit: 16 << 20) else {
      return Array(known.dropFirst())
    }
    return split(bytes)
  }

  /// Reads proc(5)'s `cmdline`: each word ends with NUL.
  static func split(_ bytes: [UInt8]) -> [String] {
    bytes.split(separator: 0, omittingEmptySubsequences: false).dropFirst().dropLast()
      .map { String(decoding: $0, as: UTF8.self) }
  }
}
