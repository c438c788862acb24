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
    Handoff(notes: notes, previous: previous, snapshot: snapshot.recorded)
  }
}
