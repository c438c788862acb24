import CYaml

/// Goes through a YAML text before it is composed to a tree. Aliases make a tree larger and deeper than its text, without
/// bounds; composing, comparing and releasing one takes time and stack that grow with it.
///
/// The events come from the parser that Yams is built on and brings along.
enum YAMLBounds {
  /// Why a text is not composed.
  enum Excess: Hashable {
    /// Collections stand in each other too deeply.
    case tooDeep
    /// There are too many values, each counted as often as an alias repeats it.
    case tooMany
    /// There are too many directives.
    case tooManyTags
  }

  /// How deeply collections may stand in each other, those that aliases repeat with them.
  static let deepest = 100
  private static let most = 1_000_000
  private static let mostTags = 100

  /// What a value is made of.
  private struct Extent {
    var count = 1
    var depth = 0

    mutating func add(_ part: Extent) {
      count = min(count + part.count, most + 1)
      depth = max(depth, part.depth + 1)
    }
  }

  /// - Returns: the excess and the line on which it is seen, from 1; nil for a text that may be composed, or that is not
  ///   YAML, which composing tells better.
  static func excess(of text: String) -> (Excess, line: Int)? {
    // The parser compares each directive with all that stand before it.
    if text.utf8.count(where: { $0 == UInt8(ascii: "%") }) > mostTags, text.contains("%TAG") {
      let directives = text.split(whereSeparator: \.isNewline).count { $0.hasPrefix("%TAG") }
      if directives > mostTags { return (.tooManyTags, 1) }
    }
    var bytes = Array(text.utf8)
    return bytes.withUnsafeMutableBufferPointer { buffer in
      var parser = yaml_parser_t()
      guard yaml_parser_initialize(&parser) == 1 else { return nil }
      defer { yaml_parser_delete(&parser) }
      yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
      yaml_parser_set_input_string(&parser, buffer.baseAddress, buffer.count)
      return excess(&parser)
    }
  }

  private static func excess(_ parser: inout yaml_parser_t) -> (Excess, line: Int)? {
    var anchors: [String: Extent] = [:]
    var open: [(extent: Extent, anchor: String?)] = []
    func close(_ extent: Extent, _ anchor: String?) {
      if let anchor { anchors[anchor] = extent }
      if !open.isEmpty { open[open.count - 1].extent.add(extent) }
    }
    while true {
      var event = yaml_event_t()
      guard yaml_parser_parse(&parser, &event) == 1 else { return nil }
      defer { yaml_event_delete(&event) }
      switch event.type {
      case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return nil
      case YAML_ALIAS_EVENT: close(name(event.data.alias.anchor).flatMap { anchors[$0] } ?? Extent(), nil)
      case YAML_SCALAR_EVENT: close(Extent(), name(event.data.scalar.anchor))
      case YAML_SEQUENCE_START_EVENT: open.append((Extent(), name(event.data.sequence_start.anchor)))
      case YAML_MAPPING_START_EVENT: open.append((Extent(), name(event.data.mapping_start.anchor)))
      case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
        if let (extent, anchor) = open.popLast() { close(extent, anchor) }
      default: continue
      }
      guard let innermost = open.last else { continue }
      let line = Int(event.start_mark.line) + 1
      if open.count + innermost.extent.depth > deepest { return (.tooDeep, line) }
      if innermost.extent.count > most { return (.tooMany, line) }
    }
  }

  private static func name(_ anchor: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    anchor.map { String(cString: $0) }
  }
}
