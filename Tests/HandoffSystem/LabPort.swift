import Testing

extension Lab {
  /// A port, where the lab exports `PORT` or `HOST:PORT`.
  static func port(_ name: String) throws -> Int {
    try #require(Int(value(name).split(separator: ":").last.map(String.init) ?? ""))
  }
}
