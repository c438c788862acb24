public import HandoffSystem

extension HandoffStore {
  /// Finds the document that an argument means.
  /// - Parameters:
  ///   - argument: `latest`, `latest~1`, a path (absolute, or relative to the working folder or the project), the name
  ///     of a handoff with or without `.md`, or `REVISION:path` (relative to the project or to the top of the
  ///     repository; a name alone means the folder of handoffs).
  ///   - deadline: when git must have answered.
  public func find(
    _ argument: String, deadline: Deadline = .after(.seconds(30))
  ) async throws(StoreError) -> StoredHandoff {
    if let back = Self.stepsBack(argument) {
      let newest = try readable(back + 1)
      guard newest.count > back else { throw .notSoMany(folder: folder, count: newest.count, asked: argument) }
      return newest[back]
    }
    if let file = try file(argument) { return try read(file) }
    if let colon = argument.firstIndex(of: ":"), colon != argument.startIndex {
      let path = String(argument[argument.index(after: colon)...])
      return try await fromRevision(String(argument[..<colon]), path: path, as: argument, deadline: deadline)
    }
    throw .notFound(argument, existing: try names().prefix(5).map(\.description))
  }

  /// How far behind the latest: 0 for `latest`, 2 for `latest~2`; nil for anything else.
  private static func stepsBack(_ argument: String) -> Int? {
    if argument == "latest" { return 0 }
    guard argument.hasPrefix("latest~") else { return nil }
    let number = argument.dropFirst("latest~".count)
    if number.isEmpty { return 1 }
    return number.utf8.count <= 9 && number.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } ? Int(number) : nil
  }

  private func file(_ argument: String) throws(StoreError) -> String? {
    guard !argument.isEmpty, !argument.utf8.contains(0) else { return nil }
    if PathText(argument).isAbsolute { return isFile(argument) ? argument : nil }
    for base in [host.workingDirectory, root] where isFile(base + "/" + argument) { return base + "/" + argument }
    guard !PathText(argument).hasSlash, let folder = try existingFolder() else { return nil }
    return [argument, argument + ".md"].map { folder + "/" + $0 }.first(where: isFile)
  }

  /// Anything but a folder: what cannot be read is told when it is read.
  private func isFile(_ path: String) -> Bool {
    let kind = host.files.kind(of: path)
    return kind != nil && kind != .folder
  }

  // MARK: Revisions

  private func fromRevision(
    _ revision: String, path: String, as name: String, deadline: Deadline
  ) async throws(StoreError) -> StoredHandoff {
    guard !path.isEmpty, !name.utf8.contains(where: { $0 == 0x0a || $0 == 0 }) else {
      throw .notInRevision(path: path, revision: revision)
    }
    var places = ["./" + path, path]
    if !PathText(path).hasSlash, !folder.isEmpty { places.append("./" + folder + "/" + path) }
    let git = Git(in: root, host: host)
    // Names go in by standard input, where none can be an option.
    let queries = places.map { "\(revision):\($0)\n" }.joined()
    let result = await git.read(
      ["cat-file", "--batch"], input: Array(queries.utf8), outputLimit: Self.sizeLimit, deadline: deadline)
    if case .exited = result.outcome {} else { throw .git(GitFailure(result)) }
    if let bytes = Self.firstBlob(result.standardOutput) {
      return try understand(bytes, name: name, path: nil)
    }
    let commit = await git.read(
      ["cat-file", "--batch-check"], input: Array("\(revision)^{commit}\n".utf8), deadline: deadline)
    guard commit.succeeded else { throw .git(GitFailure(commit)) }
    if commit.text.hasSuffix(" missing") || commit.text.hasSuffix(" ambiguous") { throw .noSuchRevision(revision) }
    throw .notInRevision(path: path, revision: revision)
  }

  /// The content of the first file in the answer of `git cat-file --batch`: lines `ID TYPE SIZE`, each followed by so
  /// many bytes and a line end, or lines that say that there is nothing.
  private static func firstBlob(_ output: [UInt8]) -> ArraySlice<UInt8>? {
    var rest = output[...]
    while let end = rest.firstIndex(of: 0x0a) {
      let fields = String(decoding: rest[..<end], as: UTF8.self).split(separator: " ")
      rest = rest[(end + 1)...]
      guard fields.count == 3, GitRepository.isCommitID(String(fields[0])), let size = Int(fields[2]) else { continue }
      guard size <= rest.count else { return nil }
      if fields[1] == "blob" { return rest.prefix(size) }
      rest = rest.dropFirst(size + 1)
    }
    return nil
  }
}
