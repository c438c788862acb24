import HandoffSecrets

/// The scanner that each document passes before it is written.
enum FuzzedScanner: FuzzedParser {
  private static let value = "v7" + "Qh2" + "Lw9" + "Zk4"
  private static let scanner = SecretScanner(known: [KnownSecret(name: "X", value: value)].compactMap(\.self))

  static func parse(_ input: [UInt8]) {
    let lines = input.count { $0 == 0x0a } + 1
    for hit in scanner.scan(input) { hold((1...lines).contains(hit.line), "a line is one of the text") }
    let hits = scanner.scan(input + Array(("\n" + value).utf8))
    hold(hits.contains { $0.rule == "known-value" && $0.line == lines + 1 }, "a value is found, whatever precedes it")
  }
}
