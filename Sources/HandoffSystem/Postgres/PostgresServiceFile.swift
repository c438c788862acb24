import HandoffText

/// libpq's connection service file (https://www.postgresql.org/docs/current/libpq-pgservice.html).
enum PostgresServiceFile {
  /// Looks for a service in the user's file, then in the system's.
  /// - Returns: the keywords of the service, or nil when no file defines it.
  /// - Throws: ``FileError`` when a file that might define it is there and cannot be read.
  static func look(
    for service: String, file: String?, environment: [String: String], files: FileSystem
  ) throws(FileError) -> [String: String]? {
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
        if let found = parse(try files.readText(path), service: service) { return found }
      } catch {
        guard error == .missing else { throw error }
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
