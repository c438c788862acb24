import HandoffModel
import HandoffText

/// The pass over a template before it is ever rendered.
struct TemplateChecker {
  let tokens: [TemplateToken]
  let file: String

  /// How deeply sections may be nested. Names are three deep; what is rendered grows with each.
  private static let maximumDepth = 32

  private struct Section {
    let name: String
    let token: TemplateToken
    let names: [TemplateName]
    let part: String?
  }

  /// Refuses what a reader could not see or what would steer a terminal: the rest of a template is written as it stands.
  private func checkVisible(_ token: TemplateToken) throws(TemplateError) {
    for (index, line) in token.raw.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let text = Untrusted(String(line).replacing("\t", with: " "))
      guard !text.isVisible else { continue }
      throw TemplateError(
        file: token.file, line: token.line + index,
        message: "a character here is not seen or steers a terminal; take it out: \(text.visible.suffix(60))")
    }
  }

  /// Checks and gives the names of the tool's parts in order.
  func check() throws(TemplateError) -> [String] {
    let regions = try regions()
    var stack: [Section] = []
    var standing: [String: Int] = [:]
    var offset = 0
    for token in tokens {
      defer { offset += token.raw.utf8.count }
      try checkVisible(token)
      let part = regions.first { $0.whole.contains(offset) }
      if let section = stack.last, let begun = section.part, begun != part?.name {
        throw error(section.token, "the section \(section.name) has no end in the part \(begun)")
      }
      switch token.kind {
      case .text:
        let covered = offset..<offset + token.raw.utf8.count
        if let section = stack.last, section.part == nil,
          let region = regions.first(where: { $0.whole.overlaps(covered) })
        {
          throw error(section.token, "the section \(section.name) holds the part \(region.name); close it before")
        }
      case .comment, .partial: break
      case .value(let path):
        let name = try find(path, stack, token)
        try check(place: name, path, token, part)
        switch name.kind {
        case .text: break
        case .part:
          guard standing.updateValue(token.line, forKey: path) == nil else {
            throw error(token, "{{\(path)}} stands twice; it is needed once")
          }
          guard token.alone, stack.isEmpty else {
            throw error(token, "{{\(path)}} must stand alone on its line and outside of sections")
          }
        case .flag, .group, .list:
          throw error(token, "\(path) is a section; write {{#\(path)}}…{{/\(path)}}")
        }
      case .open(let path), .openInverted(let path):
        let name = try find(path, stack, token)
        try check(place: name, path, token, part)
        if case .part = name.kind { throw error(token, "\(path) is not a section; write {{\(path)}}") }
        var names: [TemplateName] = []
        if case .open = token.kind { names = name.members }
        guard stack.count < Self.maximumDepth else {
          throw error(token, "sections are nested more than \(Self.maximumDepth) deep")
        }
        stack.append(Section(name: path, token: token, names: names, part: part?.name))
      case .close(let path):
        guard let section = stack.popLast() else {
          throw error(token, "the section \(TemplateToken.shown(path)) ends here and did not begin")
        }
        guard section.name == path else {
          throw error(
            token,
            "the section \(section.name), begun on line \(section.token.line), must end before "
              + TemplateToken.shown(path))
        }
      }
    }
    if let section = stack.last { throw error(section.token, "the section \(section.name) has no end") }
    try checkParts(standing, regions)
    return regions.map(\.name) + [Region.facts]
  }

  private func checkParts(_ standing: [String: Int], _ regions: [Region]) throws(TemplateError) {
    let lastLine = tokens.last { $0.file == file }?.line ?? 1
    for name in TemplateName.all where name.kind == .part && standing[name.name] == nil {
      throw TemplateError(
        file: file, line: lastLine,
        message: "the template has no {{\(name.name)}}, without which a document would lose "
          + (name.name == Region.facts ? "its facts" : "what its author wrote"))
    }
  }

  private func regions() throws(TemplateError) -> [Region] {
    let regions: [Region]
    do {
      regions = try Region.scan(Array(tokens.map(\.raw).joined().utf8))
    } catch {
      let (file, line) = origin(ofLine: error.line ?? 1)
      throw TemplateError(file: file, line: line, message: error.withoutLine)
    }
    for region in regions {
      let (file, line) = origin(ofLine: region.line)
      if region.owner == .author {
        throw TemplateError(
          file: file, line: line, message: "the author's markers are written by {{author.\(region.name)}}; use that")
      }
      if region.name == Region.facts {
        throw TemplateError(file: file, line: line, message: "the markers of facts are written by {{facts}}; use that")
      }
    }
    return regions
  }

  /// Where a line of the text with its partials inlined comes from.
  private func origin(ofLine line: Int) -> (String, Int) {
    var current = 1
    for token in tokens {
      let lines = token.raw.utf8.reduce(0) { $1 == 0x0a ? $0 + 1 : $0 }
      if line <= current + lines, !(line == current + lines && token.raw.utf8.last == 0x0a) {
        return (token.file, token.line + line - current)
      }
      current += lines
    }
    return (file, line)
  }

  private func find(
    _ path: String, _ stack: [Section], _ token: TemplateToken
  ) throws(TemplateError) -> TemplateName {
    let scopes = stack.reversed().map(\.names) + [TemplateName.all]
    for names in scopes {
      if let name = names.first(where: { $0.name == path }) { return name }
    }
    let known = scopes.joined().map(\.name)
    var message = "unknown name \(TemplateToken.shown(path))"
    if let near = NearestName.of(path, among: known) {
      message += "; did you mean \(near)?"
    } else if let elsewhere = TemplateName.reference.first(where: { $0.name.name == path || $0.path == path }) {
      let parents = elsewhere.path.split(separator: ".").dropLast().map { "{{#\($0)}}" }.joined()
      message += " here; it is known inside \(parents)"
    }
    throw error(token, message)
  }

  private func check(
    place name: TemplateName, _ path: String, _ token: TemplateToken, _ part: Region?
  ) throws(TemplateError) {
    if name.place == .insideParts, part == nil {
      throw error(
        token,
        "\(path) is measured and must stand between <!-- handoff:begin NAME --> and <!-- handoff:end NAME -->, "
          + "so that it can be refreshed")
    }
    if name.place == .outsideParts, let part {
      throw error(token, "\(path) is the author's or a part of its own; it cannot stand inside the part \(part.name)")
    }
  }

  private func error(_ token: TemplateToken, _ message: String) -> TemplateError {
    TemplateError(file: token.file, line: token.line, message: message)
  }
}
