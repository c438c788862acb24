import HandoffText

/// What areas are called in a document.
enum AreaTitle {
  /// The name of an area with its instance, for Markdown text: "PostgreSQL `analytics`".
  static func markdown(_ area: String) -> String {
    let (words, instance) = parts(area)
    return ([words] + [instance?.markdownCode].compactMap(\.self)).joined(separator: " ")
  }

  /// The same for a cell of a table.
  static func cell(_ area: String) -> String {
    let (words, instance) = parts(area)
    return ([words] + [instance?.markdownCell].compactMap(\.self)).joined(separator: " ")
  }

  /// The same for a terminal.
  static func terminal(_ area: String) -> String {
    let (words, instance) = parts(area)
    return ([words] + [instance?.terminal].compactMap(\.self)).joined(separator: " ")
  }

  private static func parts(_ area: String) -> (words: String, instance: Untrusted?) {
    let scalars = area.unicodeScalars
    let kind = String(scalars.prefix { $0 != "[" })
    let words: String? =
      switch kind {
      case "aws": "AWS"
      case "python": "Python"
      case "postgres": "PostgreSQL"
      case "docker": "Docker"
      case "git": "Git"
      case "environment": "Environment variables"
      case "check": "Check"
      case "command": "Command"
      default: nil
      }
    guard let words else { return ("Area", Untrusted(area)) }
    if kind.unicodeScalars.count == scalars.count { return (words, nil) }
    let instance = scalars.dropFirst(kind.unicodeScalars.count + 1)
    return (words, Untrusted(String(instance.last == "]" ? instance.dropLast() : instance)))
  }
}
