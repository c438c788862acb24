import HandoffText

/// libpq's connection service file (https://www.postgresql.org/docs/current/libpq-pgservice.html).
enum PostgresServiceFile {
  /// Looks for a service in the user's file, then in the system's.
  /// - Parameter known: the keywords that this libpq has.
  /// - Returns: the keywords of the service, or where libpq gives its section up; nil when no file defines it.
  /// - Throws: ``FileError`` when a file that might define it is there and cannot be read.
  static func look(
    for service: String, file: String?, environment: [String: String], known: Set<String>, files: FileSystem
  ) throws(FileError) -> Result? {
    var paths: [String] = []
    if let file = file ?? environment["PGSERVICEFILE"] {
      paths.append(file)
    } else if let home = environment["HOME"] {
      paths.append(home + "/.pg_service.conf")
    }
    for folder in [environment["PGSYSCONFDIR"], "/etc/postgresql-common"].compactMap(\.self) {
      paths.append(folder + "/pg_service.conf")
    }
    for path in paths {
      do throws(FileError) {
        let text = try files.readText(path)
        guard let found = parse(text, service: service) else { continue }
        return mistake(in: text, service: service, known: known).map { .mistake(path: path, line: $0) } ?? .found(found)
      } catch {
        guard error == .missing else { throw error }
      }
    }
    return nil
  }

  /// What a search came to.
  enum Result {
    case found([String: String])
    case mistake(path: String, line: Int)
  }

  /// The line of a service's section at which libpq gives up, from 1 on: without a sign, or with another keyword than its
  /// own, to which spaces around it count, or with that of another service.
  static func mistake(in text: String, service: String, known: Set<String>) -> Int? {
    var isInside = false
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let line = line.trimmed
      if line.isEmpty || line.hasPrefix("#") { continue }
      if line.hasPrefix("[") {
        if isInside { return nil }
        isInside = line == "[\(service)]"
      } else if isInside, !line.hasPrefix("ldap") {
        let keyword = line.prefix { $0 != "=" }
        if keyword.endIndex == line.endIndex || keyword == "service" || !known.contains(String(keyword)) {
          return index + 1
        }
      }
    }
    return nil
  }

  /// Reads a service's section: `keyword=value` lines below `[service]`.
  static func parse(_ text: String, service: String) -> [String: String]? {
    var values: [String: String]?
    for line in text.split(whereSeparator: \.isNewline) {
      let line = line.trimmed
      if line.isEmpty || line.hasPrefix("#") { continue }
      if line.hasPrefix("[") {
        if values != nil { break }
        if line == "[\(service)]" { values = [:] }
      } else if values != nil, let separator = line.firstIndex(of: "=") {
        let keyword = String(line[..<separator])
        // As in libpq, the first one counts.
        if values?[keyword] == nil { values?[keyword] = String(line[line.index(after: separator)...]) }
      }
    }
    return values
  }
}
