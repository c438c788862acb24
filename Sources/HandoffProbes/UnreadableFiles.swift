import HandoffModel
import HandoffProject
import HandoffText

extension [UnreadableFile] {
  /// What is unknown as long as these files cannot be read.
  func finding(_ id: String, _ consequence: Message, facts: [FactID]) -> Finding {
    Finding(id, .unknown, "\(message), so \(consequence)", remedies: remedies, facts: facts)
  }

  /// What makes them readable, or shows why they are not.
  private var remedies: [Remedy] {
    flatMap { file -> [Remedy] in
      let path = ShellPath(file.path)
      let look = Remedy(path.command("ls", "-ld"), "shows what it is and who may read it")
      switch file.cause {
      case .permission:
        return [Remedy(.makeReadable(path), "makes it yours to read"), look]
      case .folder: return [Remedy(path.command("rmdir"), "takes the folder away, if it is empty"), look]
      case .missing: return [Remedy(.edit(ShellPath(Configuration.fileName)), "name the file that there is")]
      case .mistake: return [Remedy(.edit(path), "open it and mend what is named above")]
      case .variable: return [Remedy(.export(file.path, "..."), "write it as a connection string")]
      case .link, .other: return [look]
      }
    }
  }
}

extension AreaUse {
  /// The probes of an area.
  func probes(_ area: String, _ make: (Settings) -> [any Probe]) -> [ProbeUse] {
    switch self {
    case .used(let settings): make(settings).map { .used($0) }
    case .unused(let reason): [.unused(area: area, reason: reason)]
    case .undecided(let files): [.undecided(area: area, files)]
    }
  }
}
