import HandoffModel
import HandoffSecrets
import HandoffStore
import HandoffText

extension Workspace {
  /// Prints a report. What looks like a secret in it, in a name of a branch or a container, is left out and told.
  /// - Throws: ``StoreError/secrets(_:in:)`` where that cannot be left out without breaking the format; nothing is printed.
  func show(_ report: String, as format: OutputFormat) throws {
    let scanner = scannerThatOnlyReads
    let hits = scanner.scan(report)
    guard !hits.isEmpty else {
      Console.show(report)
      return
    }
    let redacted = format == .json ? try Self.redacted(json: report, scanner) : scanner.redacted(report)
    let rest = scanner.scan(redacted)
    if !rest.isEmpty { throw StoreError.secrets(rest, in: "the report") }
    for hit in hits.prefix(5) { Console.complain("left out of the report: \(hit.message.terminal)") }
    if hits.count > 5 { Console.complain("and \(hits.count - 5) more") }
    Console.show(redacted)
  }

  /// Each string by itself, so that it stays JSON.
  private static func redacted(json: String, _ scanner: SecretScanner) throws -> String {
    func redacted(_ value: JSONValue) -> JSONValue {
      switch value {
      case .string(let text): .string(scanner.redacted(text))
      case .array(let elements): .array(elements.map(redacted))
      case .object(let members):
        .object(
          Dictionary(
            members.map { (scanner.redacted($0.key), redacted($0.value)) }, uniquingKeysWith: { first, _ in first }))
      case .null, .bool, .int, .double, .masked: value
      }
    }
    return redacted(try JSONValue(parsing: json.utf8)).pretty()
  }
}
