import HandoffSystem

/// The folders of a repository that an interpreter imports modules from.
struct ImportedFolders {
  private let context: ProbeContext

  init(_ context: ProbeContext) { self.context = context }

  /// A module that the interpreter would run by itself, or for a tool that is asked for its version, and that git tracks:
  /// then whoever wrote the repository says what is run. An editable install puts its folder on the path by a `.pth` file
  /// (https://docs.python.org/3/library/site.html), behind what is installed.
  /// - Parameter environment: the folder of the environment.
  /// - Returns: its path, and why git could not say whether it tracks it, if so; nil where there is none.
  func plantedModule(_ environment: String) async -> (path: String, failure: GitFailure?)? {
    for packages in packageFolders(environment) {
      let installed = Set(list(packages).filter(isRun).map(stem))
      for folder in pathFolders(packages) {
        let run = list(folder).filter { isRun($0) && !installed.contains(stem($0)) }
        for name in run {
          switch await RepositoryTracking(of: folder + "/" + name, context) {
          case .untracked: continue
          case .tracked: return (folder + "/" + name, nil)
          case .unknown(let failure): return (folder + "/" + name, failure)
          }
        }
      }
    }
    return nil
  }

  /// PYTHONPATH without the folders of which git tracks something: their modules go before the standard library's.
  func pythonPath(_ path: String) async -> String {
    var kept: [Substring] = []
    for entry in path.split(separator: ":", omittingEmptySubsequences: false) {
      guard entry.hasPrefix("/") else {
        kept.append(entry)
        continue
      }
      let folder = context.host.files.realPath(String(entry)) ?? String(entry)
      if case .untracked = await RepositoryTracking(of: folder, context) { kept.append(entry) }
    }
    return kept.joined(separator: ":")
  }

  private func packageFolders(_ environment: String) -> [String] {
    ["lib", "lib64"].flatMap { library in
      list("\(environment)/\(library)").filter { $0.hasPrefix("python") }.map {
        "\(environment)/\(library)/\($0)/site-packages"
      }
    } + ["\(environment)/Lib/site-packages"]
  }

  /// The folders that `.pth` files name, each once.
  private func pathFolders(_ packages: String) -> [String] {
    var found: [String] = []
    for name in list(packages) where name.hasSuffix(".pth") {
      guard let text = try? context.host.files.readText(packages + "/" + name, limit: 1 << 18) else { continue }
      for line in text.split(whereSeparator: \.isNewline) {
        if ["#", "import ", "import\t"].contains(where: line.hasPrefix) { continue }
        let path = line.hasPrefix("/") ? String(line) : packages + "/" + line
        if let folder = context.host.files.realPath(path), !found.contains(folder) { found.append(folder) }
        if found.count >= Self.limit { return found }
      }
    }
    return found
  }

  /// How many folders are looked into.
  private static let limit = 200

  private func list(_ folder: String) -> [String] { (try? context.host.files.list(folder)) ?? [] }

  private func stem(_ name: String) -> String { String(name.prefix { $0 != "." }) }

  private func isRun(_ name: String) -> Bool {
    let rest = name.dropFirst(stem(name).count)
    return Self.modules.contains(stem(name))
      && (rest.isEmpty || [".py", ".pyc", ".so"].contains(where: rest.hasSuffix))
  }

  /// What an interpreter imports at its start, what pytest imports of others', and what reads requirements.
  private static let modules: Set<String> = [
    "sitecustomize", "usercustomize", "pytest", "_pytest", "py", "pluggy", "iniconfig", "packaging", "pygments",
    "tomli",
    "exceptiongroup", "colorama", "attr", "attrs", "typing_extensions", "importlib_metadata", "zipp", "argcomplete",
    "numpy", "pip", "pkg_resources", "setuptools",
  ]
}
