public import HandoffSystem

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A folder that is removed with everything in it when the test ends, and programs run in it with an environment that
/// the test built itself.
public final class Scratch: Sendable {
  /// What went wrong while a test prepared its world.
  public struct Failure: Error, CustomStringConvertible {
    /// The call or command that failed, with what it said.
    public let description: String
  }

  /// Its path without symbolic links.
  public let path: String
  /// The variables of every program that the test runs: a home of its own, and nothing of this machine's configuration.
  public let environment: [String: String]

  /// Makes an empty folder below the system's temporary folder.
  /// - Parameter name: what its name begins with; it may hold spaces, quotes and line ends.
  public init(named name: String = "handoff-test") throws {
    var template = Array("/tmp/\(name)-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil, let real = realpath(template, nil) else { throw Failure(description: "mkdtemp") }
    path = String(cString: real)
    free(real)
    environment = [
      "PATH": "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin", "HOME": path + "/home", "GIT_CONFIG_NOSYSTEM": "1",
      "GIT_CONFIG_GLOBAL": path + "/home/.gitconfig",
    ]
    guard mkdir(path + "/home", 0o755) == 0 else { throw Failure(description: "mkdir") }
    try write(
      "home/.gitconfig",
      "[user]\n\tname = Test\n\temail = test@example.org\n[init]\n\tdefaultBranch = main\n[protocol \"file\"]\n\tallow = always\n"
    )
  }

  deinit { remove(path) }

  /// Writes a file; folders on the way are made.
  public func write(_ name: String, _ text: String, executable: Bool = false) throws {
    let full = name.hasPrefix("/") ? name : path + "/" + name
    makeFolders(to: full)
    let descriptor = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Failure(description: "open \(full)") }
    defer { close(descriptor) }
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { writeSome(descriptor, $0) }
      guard count > 0 else { throw Failure(description: "write \(full)") }
      bytes = bytes.dropFirst(count)
    }
    guard chmod(full, executable ? 0o755 : 0o644) == 0 else { throw Failure(description: "chmod \(full)") }
  }

  private func makeFolders(to file: String) {
    var folder = ""
    for part in file.split(separator: "/").dropLast() {
      folder += "/" + part
      mkdir(folder, 0o755)
    }
  }

  /// Makes a folder, and those on the way to it.
  public func makeFolder(_ name: String) {
    makeFolders(to: (name.hasPrefix("/") ? name : path + "/" + name) + "/x")
  }

  /// Runs a program to its end.
  /// - Returns: what it printed, without the line end at its end.
  /// - Throws: ``Failure`` with what it said, when it did not end with status 0.
  @discardableResult
  public func run(
    _ words: String..., in folder: String = "", with variables: [String: String] = [:]
  ) async throws -> String {
    try await run(words, in: folder, with: variables)
  }

  /// Runs a program to its end.
  @discardableResult
  public func run(
    _ words: [String], in folder: String = "", with variables: [String: String] = [:]
  ) async throws -> String {
    let result = await SubprocessRunner().run(
      Command(
        words[0], Array(words.dropFirst()), environment: environment.merging(variables) { $1 },
        workingDirectory: folder.hasPrefix("/") ? folder : path + "/" + folder),
      deadline: .after(.seconds(60)))
    guard result.succeeded else {
      throw Failure(
        description: "\(words.joined(separator: " ")): \(result.outcome)\n\(result.errorText)\(result.text)")
    }
    return result.text
  }

  /// The world as the tool sees it from a folder in here.
  public func host(in folder: String = "", with variables: [String: String] = [:]) -> Host {
    Host(
      environment: ProcessEnvironment(environment.merging(variables) { $1 }), workingDirectory: path + "/" + folder,
      commands: SubprocessRunner())
  }

  private func remove(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      unlink(path)
      return
    }
    chmod(path, 0o755)
    for name in (try? FileSystem().list(path)) ?? [] { remove(path + "/" + name) }
    rmdir(path)
  }
}

private func writeSome(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}
