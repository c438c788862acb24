/// A line of a tracking table.
struct MigrationRecord: Hashable {
  /// What happened to a migration.
  enum State: String {
    case applied, failed, undone, baseline, ignored
  }

  /// The version or name by which it is told from others.
  let version: String
  let state: State
  /// What the table says of its file: Flyway's script, refinery's name, sqitch's change id.
  var file: String?
  /// The checksum, as text.
  var checksum: String?
  /// What else tells it apart: the application, the project, the type of the version.
  var scope: String?

  /// What holds in the end: of several lines for one version the last.
  /// - Parameter isRepeated: whether one version can stand several times, as a reworked change of sqitch's does.
  static func latest(of rows: [[String?]], isRepeated: Bool) -> [MigrationRecord] {
    var order: [String] = []
    var latest: [String: MigrationRecord] = [:]
    var times: [String: Int] = [:]
    for row in rows {
      guard row.count == 5, var version = row[0], let state = row[1].flatMap(State.init) else { continue }
      if isRepeated {
        times[version, default: 0] += 1
        version = occurrence(version, times[version] ?? 1)
      }
      if latest[version] == nil { order.append(version) }
      latest[version] = MigrationRecord(
        version: version, state: state, file: row[2], checksum: row[3], scope: row[4])
    }
    return order.compactMap { latest[$0] }
  }

  /// The name of the n-th of equal names.
  static func occurrence(_ name: String, _ number: Int) -> String { number == 1 ? name : "\(name) (\(number))" }
}
