import HandoffText

/// Variables to set and remove in a shell, as one command.
struct ShellVariables {
  var set: [(name: String, value: String)] = []
  var unset: [String] = []

  /// The command, or nil when there is nothing to do.
  var command: ShellCommand? {
    var bash: [String] = []
    var powershell: [String] = []
    if !unset.isEmpty {
      bash.append("unset " + unset.joined(separator: " "))
      let names = unset.map { "Env:\($0)" }.joined(separator: ", ")
      powershell.append("Remove-Item \(names) -ErrorAction SilentlyContinue")
    }
    if !set.isEmpty {
      bash.append("export " + set.map { "\($0.name)=\(ShellWord.bash($0.value))" }.joined(separator: " "))
    }
    var isSayable = true
    for (name, value) in set {
      guard let line = ShellCommand.export(name, value).powershell else {
        isSayable = false
        continue
      }
      powershell.append(line)
    }
    if bash.isEmpty { return nil }
    return ShellCommand(
      bash: bash.joined(separator: " && "), powershell: isSayable ? powershell.joined(separator: "; ") : nil)
  }
}
