import HandoffText

/// What a Dockerfile says of the images that it starts from and of the files that it takes by name.
/// https://docs.docker.com/reference/dockerfile/
struct BuildFile: Sendable {
  /// The image that the last stage starts from, as it is asked for; nil for `scratch` and where a variable is not known.
  let base: String?
  /// The images that other stages start from.
  let otherBases: Set<String>
  /// What COPY and ADD name as their sources in the context, the whole context left out.
  let namedSources: [PathPattern]
  /// What COPY and ADD of the stages that are built take out of the context, where all of them name literal paths or
  /// globs; nil where it may be anything: the whole context, a variable, a mount, an instruction that is not known.
  let taken: [PathPattern]?

  /// Reads a Dockerfile.
  /// - Parameters:
  ///   - arguments: the build's arguments.
  ///   - target: the stage that is built, or nil for the last one.
  init(_ text: String, arguments: [String: String] = [:], target: String? = nil) {
    var variables: [String: String] = [:]
    var stages: [(name: String?, base: String?)] = []
    var sources: [PathPattern] = []
    var taken: [(stage: Int, patterns: [PathPattern]?)] = []
    for instruction in Self.instructions(text) {
      let words = instruction.split(whereSeparator: \.isWhitespace).map(String.init)
      guard let keyword = words.first?.uppercased() else { continue }
      let operands = Array(words.dropFirst().drop { $0.hasPrefix("--") })
      switch keyword {
      case "ARG" where stages.isEmpty:
        for word in operands {
          let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
          guard let name = parts.first else { continue }
          variables[name] = arguments[name] ?? (parts.count > 1 ? Self.unquoted(parts[1]) : nil)
        }
      case "FROM":
        let name = operands.count >= 3 && operands[1].uppercased() == "AS" ? operands[2].lowercased() : nil
        stages.append((name, operands.first.flatMap { Self.filled($0, variables) }))
      case "COPY", "ADD":
        let isFromStage = words.contains { $0.hasPrefix("--from") }
        if isFromStage { continue }
        sources += Self.sources(instruction, operands)
        taken.append((stages.count - 1, BuildCopy.taken(instruction, operands)))
      case "RUN" where !BuildCopy.mountsContext(words), _ where BuildCopy.otherKeywords.contains(keyword): continue
      default: taken.append((keyword == "RUN" ? stages.count - 1 : 0, nil))
      }
    }
    let last = target.flatMap { target in stages.lastIndex { $0.name == target.lowercased() } } ?? (stages.count - 1)
    let images = Self.images(stages)
    let base = images.indices.contains(last) ? images[last] : nil
    self.base = base
    otherBases = Set(images.prefix(max(last, 0)).compactMap(\.self)).subtracting([base].compactMap(\.self))
    let built = taken.filter { $0.stage <= last }.map(\.patterns)
    self.taken = built.contains(nil) ? nil : built.flatMap { $0 ?? [] }
    namedSources = sources.filter { !["", "*", "**"].contains($0.text) }
  }

  /// The image that each stage starts from, whatever stages stand between.
  private static func images(_ stages: [(name: String?, base: String?)]) -> [String?] {
    var images: [String?] = []
    var latest: [String: Int] = [:]
    for (index, stage) in stages.enumerated() {
      if let earlier = stage.base.flatMap({ latest[$0.lowercased()] }) {
        images.append(images[earlier])
      } else {
        images.append(stage.base.flatMap { $0 == "scratch" || $0.hasPrefix("-") ? nil : $0 })
      }
      if let name = stage.name { latest[name] = index }
    }
    return images
  }

  // MARK: Instructions

  /// The instructions, each in one line; comments and here-documents left out.
  private static func instructions(_ text: String) -> [String] {
    var instructions: [String] = []
    var current = ""
    var endings: [String] = []
    var escape: Character = "\\"
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      let trimmed = line.drop(while: \.isWhitespace)
      if let ending = endings.first {
        if trimmed == ending { endings.removeFirst() }
        continue
      }
      if trimmed.hasPrefix("#") {
        if instructions.isEmpty, trimmed.filter({ !$0.isWhitespace }).lowercased() == "#escape=`" { escape = "`" }
        continue
      }
      let body = trimmed.trimmedEnd
      if body.isEmpty { continue }
      if body.last == escape {
        current += body.dropLast() + " "
        continue
      }
      current += body
      endings = hereDocuments(current)
      instructions.append(current)
      current = ""
    }
    return current.isEmpty ? instructions : instructions + [current]
  }

  /// The words at which the here-documents of an instruction end.
  private static func hereDocuments(_ instruction: String) -> [String] {
    guard ["RUN", "COPY", "ADD"].contains(instruction.prefix { !$0.isWhitespace }.uppercased()) else { return [] }
    return instruction.split(whereSeparator: \.isWhitespace).compactMap { word in
      guard word.hasPrefix("<<"), !word.hasPrefix("<<<") else { return nil }
      let name = word.dropFirst(2).drop { $0 == "-" }.filter { $0 != "\"" && $0 != "'" }
      return name.isEmpty ? nil : name
    }
  }

  private static func sources(_ instruction: String, _ operands: [String]) -> [PathPattern] {
    let paths = list(instruction, operands)?.map(unquoted) ?? operands
    return paths.dropLast().filter { !$0.contains("$") && !$0.contains("://") && !$0.hasPrefix("<<") }
      .map { PathPattern($0) }
  }

  /// The words of an instruction that is written as a list, their quotes left on; nil for another form.
  static func list(_ instruction: String, _ operands: [String]) -> [String]? {
    guard operands.first?.hasPrefix("[") == true, let open = instruction.firstIndex(of: "[") else { return nil }
    return instruction[instruction.index(after: open)...].split(separator: ",").map { part in
      var word = part.drop(while: \.isWhitespace)
      while let last = word.last, last.isWhitespace || last == "]" { word.removeLast() }
      return String(word)
    }
  }

  // MARK: Variables

  /// How long the name of an image may become.
  private static let longestName = 4096

  /// A text with `$NAME`, `${NAME}` and `${NAME:-default}` put in, or nil where a name is not known.
  private static func filled(_ text: String, _ variables: [String: String]) -> String? {
    var result = ""
    var rest = text[...]
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[rest.index(after: dollar)...]
      let isBraced = rest.first == "{"
      if isBraced { rest = rest.dropFirst() }
      let name = rest.prefix { $0 == "_" || $0.isLetter || $0.isNumber }
      rest = rest[name.endIndex...]
      var value = variables[String(name)]
      if isBraced {
        guard let close = rest.firstIndex(of: "}") else { return nil }
        if value == nil, rest.hasPrefix(":-") { value = String(rest[..<close].dropFirst(2)) }
        rest = rest[rest.index(after: close)...]
      }
      guard let value, !value.isEmpty, result.utf8.count <= longestName else { return nil }
      result += value
    }
    return result + rest
  }

  static func unquoted(_ text: String) -> String {
    guard text.count >= 2, let first = text.first, first == text.last, first == "\"" || first == "'" else {
      return text
    }
    return String(text.dropFirst().dropLast())
  }
}
