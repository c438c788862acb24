import HandoffText

/// The sections of a handoff that its author writes, in the order in which they stand.
public enum NoteSection: String, Sendable, CaseIterable {
  case done
  case nextSteps = "next-steps"
  case blockers
  case decisions
  case learnings
  case notes

  /// Its heading.
  public var title: String {
    switch self {
    case .done: "Done"
    case .nextSteps: "Next steps"
    case .blockers: "Blockers"
    case .decisions: "Decisions"
    case .learnings: "Learnings"
    case .notes: "Notes"
    }
  }

  /// What stands in the section of a document until its author wrote something.
  public var prompt: String {
    switch self {
    case .done: "_What was finished in this session, and how it was checked. Replace this line._"
    case .nextSteps: "_What comes next, most important first, as `- [ ]` items. Replace this line._"
    case .blockers: "_What stands in the way, and who or what can clear it. Replace this line._"
    case .decisions: "_What was decided, and why. Replace this line._"
    case .learnings: "_What the next session should not have to find out again. Replace this line._"
    case .notes: "_Anything else that the next session needs. Replace this line._"
    }
  }

  /// A section's text as a document carries it: LF line ends, no blank line at its ends, without the prompt; nil when
  /// nothing is left.
  public func recorded(_ text: some StringProtocol) -> String? {
    let lines = TextLines.trimmed(TextLines.lines(of: text).filter { $0 != prompt })
    return lines.isEmpty ? nil : lines.joined(separator: "\n")
  }
}

/// What a handoff's author wrote.
public struct AuthorNotes: Hashable, Sendable {
  /// What the session was about, on one line.
  public var title: String
  /// How things stand, in a few words; empty when not said.
  public var status: String
  /// What comes first, in a few words; empty when not said.
  public var priority: String
  /// Markdown, with LF line ends and none at its end; a section that was not written is absent.
  public var sections: [NoteSection: String]

  /// Gathers what the author wrote.
  public init(
    title: String = "", status: String = "", priority: String = "", sections: [NoteSection: String] = [:]
  ) {
    self.title = title
    self.status = status
    self.priority = priority
    self.sections = sections
  }

  /// The notes as a document carries them: sections tidied, and absent where nothing was written.
  public var recorded: AuthorNotes {
    var notes = self
    notes.sections = [:]
    for (section, text) in sections { notes.sections[section] = section.recorded(text) }
    return notes
  }
}

/// A snapshot together with what its author wrote.
public struct Handoff: Hashable, Sendable {
  /// What the author wrote.
  public var notes: AuthorNotes
  /// The file name of the handoff before it, or nil for the first.
  public var previous: String?
  /// What was measured.
  public var snapshot: Snapshot

  /// Puts a handoff together.
  public init(notes: AuthorNotes, previous: String?, snapshot: Snapshot) {
    self.notes = notes
    self.previous = previous
    self.snapshot = snapshot
  }

  /// The handoff as a document carries it: without sentences and commands, which are always built anew.
  public var recorded: Handoff {
    Handoff(notes: notes.recorded, previous: previous, snapshot: snapshot.recorded)
  }
}
