public import HandoffModel
import HandoffText

/// Sorts an author's Markdown into the sections of a handoff.
///
/// Headings of any level and case that name a section, such as "Done", "## Next steps:" or "### ✅ Decisions made", begin
/// it; they themselves are left out. A heading below such a one that names no section stays in it. All other headings,
/// and what stands before the first one, go to the notes as they are.
///
/// - Parameter markdown: what the author wrote; line ends may be LF, CRLF or CR.
/// - Returns: the text of each section that has any.
public func notes(fromMarkdown markdown: String) -> [NoteSection: String] {
  var collected: [NoteSection: [String]] = [:]
  var current = (section: NoteSection.notes, level: 0)
  var walker = MarkdownLines()
  let lines = TextLines.lines(
    of: markdown.unicodeScalars.first == "\u{feff}" ? String(markdown.unicodeScalars.dropFirst()) : markdown)
  var index = 0
  while index < lines.count {
    let line = lines[index]
    index += 1
    guard walker.isText(line) else {
      collected[current.section, default: []].append(line)
      continue
    }
    var heading = MarkdownHeading(line)
    var takesUnderline = false
    if heading == nil, index < lines.count, let underlined = MarkdownHeading(line, underline: lines[index]) {
      heading = underlined
      takesUnderline = true
    }
    let kept = takesUnderline ? [line, lines[index]] : [line]
    if takesUnderline { index += 1 }
    if let heading, let section = NoteSection(heading: heading.text) {
      current = (section, heading.level)
      // Two texts under one name stay two paragraphs.
      if collected[section] != nil { collected[section]?.append("") }
      continue
    }
    if let heading, heading.level <= current.level || current.level == 0 {
      current = (.notes, 0)
    }
    collected[current.section, default: []] += kept
  }
  var sections: [NoteSection: String] = [:]
  for (section, lines) in collected { sections[section] = section.recorded(lines.joined(separator: "\n")) }
  return sections
}

extension NoteSection {
  /// The section that a heading names, by its title or by what people usually write instead; nil when it names none.
  init?(heading: String) {
    var words = ""
    for scalar in heading.unicodeScalars {
      if scalar.properties.isAlphabetic {
        words += scalar.properties.lowercaseMapping
      } else if scalar != "'", scalar != "\u{2019}" {
        words += " "
      }
    }
    let name = words.split(separator: " ").joined(separator: " ")
    guard let section = NoteSection.names[name] else { return nil }
    self = section
  }

  private static let names: [String: NoteSection] = {
    let names: [NoteSection: [String]] = [
      .done: [
        "done", "work done", "what was done", "what i did", "what we did", "completed", "completed work",
        "work completed", "accomplished", "accomplishments", "finished", "progress",
      ],
      .nextSteps: [
        "next steps", "next step", "next", "next session", "next actions", "whats next", "what comes next", "todo",
        "to do", "todos", "remaining", "remaining work", "action items",
      ],
      .blockers: [
        "blockers", "blocker", "blocked", "blocked by", "blocking", "blocking issues", "known issues", "open issues",
        "issues", "problems",
      ],
      .decisions: ["decisions", "decision", "decisions made", "key decisions", "design decisions"],
      .learnings: [
        "learnings", "learning", "key learnings", "session learnings", "lessons", "lessons learned",
        "lessons learnt", "what we learned", "what i learned",
      ],
      .notes: ["notes", "note", "other notes", "additional notes", "other", "misc", "miscellaneous"],
    ]
    var sections: [String: NoteSection] = [:]
    for (section, names) in names { for name in names { sections[name] = section } }
    return sections
  }()
}
