import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

extension ContainerSetFindings {
  /// How many reasons are told.
  private static let most = 5

  /// What compose refuses its file for, with what takes each reason away; nil for none.
  func refused(_ refusals: [ComposeRefusal]) -> Finding? {
    guard let file = settings.composeFile?.value, !refusals.isEmpty else { return nil }
    var told = refusals.prefix(Self.most).map { "\(Untrusted($0.mistake.description))" as Message }
    if refusals.count > Self.most { told.append("and \(refusals.count - Self.most) more") }
    let reasons = Message.joined(told, separator: "; ")
    var advised: [Remedy] = []
    for remedy in refusals.prefix(Self.most).flatMap(remedies) where !advised.contains(remedy) {
      advised.append(remedy)
    }
    let look = Remedy(compose.run(["config", "-q"]), "shows what is wrong with it")
    return Finding(
      "docker.compose-invalid", .failure, "compose refuses \(Untrusted(file)): \(reasons)",
      remedies: advised + [look], facts: ["docker.containers"])
  }

  private func remedies(_ refusal: ComposeRefusal) -> [Remedy] {
    switch refusal.reason {
    case .unset(let variable): [Remedy(.export(variable, "..."), "sets \(Untrusted(variable)) for this session")]
    case .missing(let file): [bringBack(file)]
    case .unknownKey, .undeclared:
      [
        Remedy(
          ShellPath(refusal.mistake.file).command("git", "diff", "HEAD", "--"),
          "shows what was done to \(Untrusted(refusal.mistake.file)) since the last commit")
      ]
    }
  }

  /// From the example beside it, else out of the repository.
  private func bringBack(_ file: String) -> Remedy {
    let shown = context.shown(context.path(file))
    let example = ["example", "sample", "template", "dist"].map { "\(file).\($0)" }
      .first { context.host.files.kind(of: context.path($0)) == .regular }
    guard let example else {
      return Remedy(
        ShellPath(shown).command("git", "checkout", "HEAD", "--"), "brings \(Untrusted(shown)) back, where git has it")
    }
    let copy = ShellCommand.run([
      .word("cp"), .path(ShellPath(context.shown(context.path(example)))), .path(ShellPath(shown)),
    ])
    return Remedy(copy, "makes \(Untrusted(shown)) from its example, to be filled in")
  }
}
