import HandoffText

/// The text of `.env.example`: names and placeholders, never a value.
public enum ExampleText {
  /// What stands in the place of each value.
  public static let placeholder = "change-me"

  /// Variables by which a program chooses a kind of database, and from which discovery tells whether it is PostgreSQL: a
  /// placeholder would be taken for another kind.
  private static let engines: Set<String> = ["DB_CONNECTION", "DB_ENGINE", "DB_DIALECT"]

  /// The whole file.
  /// - Parameters:
  ///   - variables: what the project uses.
  ///   - isClean: whether a line holds nothing that looks like a secret; a variable whose line does is left out.
  public static func whole(
    _ variables: [UsedVariable], isClean: (String) -> Bool
  ) -> (text: String, leftOut: Int) {
    let (sections, leftOut) = sections(variables, isClean)
    let head = """
      # The variables that this project uses, with placeholders for their values. Copy the file to .env, which git must
      # not track, and put your own values there; what has a default is a comment, and is needed only for another value:
      #   cp -n .env.example .env

      """
    return (head + sections, leftOut)
  }

  /// What is put behind the end of a file that lacks some variables.
  public static func addition(
    _ variables: [UsedVariable], isClean: (String) -> Bool
  ) -> (text: String, leftOut: Int) {
    sections(variables, isClean)
  }

  private static func sections(_ variables: [UsedVariable], _ isClean: (String) -> Bool) -> (String, Int) {
    var text = ""
    var leftOut = 0
    for (title, members) in VariableGroups.grouped(variables) {
      var entries = ""
      for variable in members {
        let assignment = "\(variable.name)=\(engines.contains(variable.name) ? "" : placeholder)"
        // Copied to .env, a placeholder would be taken instead of the default.
        let line = variable.hasDefault ? "# " + assignment : assignment
        guard isClean(line) else {
          leftOut += 1
          continue
        }
        let verb = variable.isOnlySet ? "set" : "used"
        let comment = "# \(variable.isOnlySet ? "" : "used in ")\(variable.summary.terminal)"
        let plain = "# \(verb) in this project\(variable.hasDefault ? "; has a default" : "")"
        entries += "\n" + (isClean(comment) ? comment : plain) + "\n\(line)\n"
      }
      if !entries.isEmpty { text += "\n# --- \(title) ---\n" + entries }
    }
    return (text, leftOut)
  }
}

/// Variables by what they are for.
enum VariableGroups {
  private static let kinds: [(title: String, prefixes: [String])] = [
    ("AWS", ["AWS_"]),
    ("Database", ["DATABASE_", "DB_", "PG", "POSTGRES", "MYSQL_", "MONGO", "SQLALCHEMY_", "JDBC_"]),
    ("Cache and queues", ["REDIS", "MEMCACHE", "CELERY_", "RABBITMQ_", "AMQP_", "KAFKA_"]),
    ("Docker", ["DOCKER_", "COMPOSE_"]),
    ("Python", ["DJANGO_", "FLASK_", "UVICORN_", "GUNICORN_"]),
  ]

  /// Groups of variables with their titles: known kinds first, then those whose names begin with the same word, at last
  /// the others. Within a group they stand in the order of their names.
  static func grouped(_ variables: [UsedVariable]) -> [(title: String, variables: [UsedVariable])] {
    var rest = variables.sorted { $0.name < $1.name }
    var groups: [(title: String, variables: [UsedVariable])] = []
    for (title, prefixes) in kinds {
      let members = rest.filter { variable in prefixes.contains(where: variable.name.uppercased().hasPrefix) }
      if !members.isEmpty { groups.append((title, members)) }
      rest.removeAll { members.contains($0) }
    }
    let byWord = Dictionary(grouping: rest) { $0.name.split(separator: "_").first.map(String.init) ?? $0.name }
    for (word, members) in byWord.sorted(by: { $0.key < $1.key }) where members.count > 1 {
      groups.append((word, members))
    }
    let others = byWord.values.filter { $0.count == 1 }.flatMap(\.self).sorted { $0.name < $1.name }
    if !others.isEmpty { groups.append((groups.isEmpty ? "All" : "Others", others)) }
    return groups
  }
}
