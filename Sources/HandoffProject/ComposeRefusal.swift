import Yams

/// What compose refuses a whole file for, so that none of its commands does anything. Told is only what both docker-compose
/// 1.29, which was tried, and compose 2, by its documentation, refuse.
public struct ComposeRefusal: Hashable, Sendable {
  /// What it is that compose refuses.
  public enum Reason: Hashable, Sendable {
    /// A variable that has to be set and is not.
    case unset(variable: String)
    /// A file of `env_file` that is not there; its path relative to the root, or absolute.
    case missing(file: String)
    /// A service's key that there is not.
    case unknownKey
    /// A network, a volume or a service that a service names and nothing declares.
    case undeclared
  }

  /// What it is.
  public let reason: Reason
  /// Where it stands, in words.
  public let mistake: ConfigurationError
  /// Whether it is none where compose is given other variables than `.env` and the session hold.
  public let dependsOnVariables: Bool
}

extension ComposeRefusal {
  /// The variables that have to be set and are not: `${NAME:?…}` and `${NAME?…}` in values of the sections in which both
  /// put variables in.
  static func unsetVariables(_ root: YAMLReader, _ variables: (String) -> String?) -> [ComposeRefusal] {
    var nodes = ["configs", "networks", "secrets", "services", "volumes"].compactMap { root.node[$0] }
    var unset: [ComposeRefusal] = []
    var names: Set<String> = []
    // Aliases in aliases can mean more nodes than could ever be looked at.
    for _ in 0..<100_000 {
      guard let node = nodes.popLast() else { break }
      nodes += node.mapping?.map(\.value) ?? node.sequence.map(Array.init) ?? []
      guard let text = node.scalar?.string, text.contains("?") else { continue }
      for name in mandatory(text) where names.insert(name.text).inserted {
        let value = variables(name.text)
        guard value == nil || (name.isNeverEmpty && value == "") else { continue }
        let mistake = ConfigurationError(
          file: root.file, line: node.mark?.line, column: node.mark?.column,
          message: "the variable \(name.text) is not set, and the file demands it")
        unset.append(ComposeRefusal(reason: .unset(variable: name.text), mistake: mistake, dependsOnVariables: true))
      }
    }
    return unset.sorted {
      ($0.mistake.line ?? 0, $0.mistake.message) < ($1.mistake.line ?? 0, $1.mistake.message)
    }
  }

  /// The variables that a text demands outside of other variables' defaults.
  private static func mandatory(_ text: String) -> [(text: String, isNeverEmpty: Bool)] {
    var found: [(String, Bool)] = []
    let braces = VariableBraces(text)
    var rest = text[...]
    while let dollar = rest.firstIndex(of: "$") {
      rest = rest[rest.index(after: dollar)...]
      guard rest.hasPrefix("{"), let close = braces.end(of: rest.startIndex) else {
        rest = rest.dropFirst()
        continue
      }
      let body = rest[rest.index(after: rest.startIndex)..<close]
      let name = body.prefix { $0 == "_" || ($0.isASCII && ($0.isLetter || $0.isNumber)) }
      let form = body[name.endIndex...]
      if name.first?.isNumber == false, form.hasPrefix("?") || form.hasPrefix(":?") {
        found.append((String(name), form.hasPrefix(":")))
      }
      rest = rest[rest.index(after: close)...]
    }
    return found
  }

  /// The files of `env_file` that are not there, unless they need not be.
  static func missingFiles(_ node: Node?, _ reading: ComposeReading) -> [ComposeRefusal] {
    guard let node else { return [] }
    return (node.sequence.map(Array.init) ?? [node]).compactMap { entry in
      if entry.mapping != nil, entry["required"] != nil { return nil }
      let scalar = entry.mapping == nil ? entry : entry["path"]
      guard let path = reading.certain(scalar), !path.isEmpty, !path.hasPrefix("~"), reading.isAbsent(path) else {
        return nil
      }
      let mistake = ConfigurationError(
        file: reading.file, line: entry.mark?.line, column: entry.mark?.column,
        message: "the file \(path), which env_file names, is not there")
      return ComposeRefusal(
        reason: .missing(file: reading.beside(path)), mistake: mistake,
        dependsOnVariables: scalar?.string?.contains("$") == true)
    }
  }

  /// The keys of a service, or of the whole file, that are misspelt: one edit away from one that there is. Other keys may be
  /// those of a compose that is younger than this list.
  static func unknownKeys(of mapping: Node.Mapping, ofService: Bool, in file: String) -> [ComposeRefusal] {
    let keys = ofService ? keys : sections
    return mapping.compactMap { key, _ in
      guard let name = key.string, !keys.contains(name), name != "<<", !name.hasPrefix("x-"),
        let near = keys.sorted().first(where: { isOneEdit(name, $0) })
      else { return nil }
      let mistake = ConfigurationError(
        file: file, line: key.mark?.line, column: key.mark?.column,
        message: "\(ofService ? "a service" : "the file") has no key \"\(name)\"; did you mean \"\(near)\"?")
      return ComposeRefusal(reason: .unknownKey, mistake: mistake, dependsOnVariables: false)
    }
  }

  /// Whether a character more, less or another, or two exchanged, make one name of the other.
  private static func isOneEdit(_ one: String, _ other: String) -> Bool {
    var (one, other) = (Array(one)[...], Array(other)[...])
    while let first = one.first, first == other.first { (one, other) = (one.dropFirst(), other.dropFirst()) }
    while let last = one.last, last == other.last { (one, other) = (one.dropLast(), other.dropLast()) }
    return max(one.count, other.count) == 1 || (one.count == 2 && one.elementsEqual(other.reversed()))
  }

  /// The keys of a whole file.
  private static let sections: Set = [
    "version", "name", "include", "services", "networks", "volumes", "configs", "secrets",
  ]

  /// The keys of a service. https://github.com/compose-spec/compose-spec/blob/main/schema/compose-spec.json, and those
  /// of the formats before it.
  private static let keys = Set(
    """
    annotations attach blkio_config build cap_add cap_drop cgroup cgroup_parent command configs container_name cpu_count
    cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset credential_spec depends_on deploy
    develop device_cgroup_rules devices dns dns_opt dns_search dockerfile domainname driver_opts entrypoint env_file
    environment expose extends external_links extra_hosts gpus group_add healthcheck hostname image init ipc isolation
    label_file labels links log_driver log_opt logging mac_address mem_limit mem_reservation mem_swappiness memswap_limit
    models net network_mode networks oom_kill_disable oom_score_adj pid pids_limit platform ports post_start pre_stop
    privileged profiles provider pull_policy pull_refresh_after read_only restart runtime scale secrets security_opt
    shm_size stdin_open stop_grace_period stop_signal storage_opt sysctls tmpfs tty ulimits use_api_socket user userns_mode
    uts volume_driver volumes volumes_from working_dir
    """.split(whereSeparator: \.isWhitespace).map(String.init))
}
