import HandoffText

/// Variables to set and remove in a shell, as one command.
struct ShellVariables {
  var set: [(name: String, value: String)] = []
  var unset: [String] = []

  /// The command, or nil when there is nothing to do.
  var command: ShellCommand? {
    if unset.isEmpty { return set.isEmpty ? nil : .export(set) }
    return set.isEmpty ? .unset(unset) : .unset(unset).then(.export(set))
  }
}
