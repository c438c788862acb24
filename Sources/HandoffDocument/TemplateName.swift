import HandoffModel

/// A name that a template may use.
public struct TemplateName: Hashable, Sendable {
  /// What a name stands for.
  public enum Kind: Hashable, Sendable {
    /// Text that is already written for Markdown; absent text makes a section `{{#name}}…{{/name}}` disappear.
    case text
    /// A section that is there or not.
    case flag
    /// A section that is there or not, with names of its own.
    case group([TemplateName])
    /// A section that is repeated, with names of its own.
    case list([TemplateName])
    /// A part with its own markers, alone on its line.
    case part
  }

  /// Where a name may be used.
  public enum Place: Hashable, Sendable {
    /// Between `<!-- handoff:begin NAME -->` and `<!-- handoff:end NAME -->`, since it is measured and refreshed.
    case insideParts
    /// Outside of them, since the author's text is never refreshed.
    case outsideParts
  }

  /// The name.
  public let name: String
  /// What it stands for.
  public let kind: Kind
  /// Where it may be used.
  public let place: Place
  /// What it gives, in a line.
  public let meaning: String

  init(_ name: String, _ kind: Kind = .text, _ place: Place = .insideParts, _ meaning: String) {
    self.name = name
    self.kind = kind
    self.place = place
    self.meaning = meaning
  }

  /// The names below a group or list.
  var members: [TemplateName] {
    switch kind {
    case .group(let names), .list(let names): names
    case .text, .flag, .part: []
    }
  }

  /// Every name with the path to it (`areas.title`), for the reference in the README.
  public static var reference: [(path: String, name: TemplateName)] {
    func walk(_ names: [TemplateName], _ prefix: String) -> [(path: String, name: TemplateName)] {
      names.flatMap { [(prefix + $0.name, $0)] + walk($0.members, prefix + $0.name + ".") }
    }
    return walk(all, "")
  }

  /// The names that stand at the top.
  public static let all: [TemplateName] =
    [
      TemplateName("title", "what the session was about; absent when the author gave none"),
      TemplateName("status", "how things stand, in the author's words; absent when not said"),
      TemplateName("priority", "what comes first, in the author's words; absent when not said"),
      TemplateName("date", "when the facts were measured: `2025-11-07 23:15:00 UTC`"),
      TemplateName("project", "the project's name"),
      TemplateName("tool", "the version of the tool"),
      TemplateName("file", "the document's path relative to the project"),
      TemplateName("previous", "the name of the handoff before this one; absent for the first"),
      TemplateName("health", "how many findings of each kind there are, and how many facts"),
      TemplateName("prompt", "a block to copy into the next session"),
      TemplateName("verify", "a block with the command that holds the environment against this document"),
      TemplateName(
        "bring-up", "blocks with the one line that sets a new session up; absent when no area is used"),
      TemplateName(
        "environment", .group([TemplateName("areas", .list(areas), "the areas")]),
        "there when the project uses an area that was looked at"),
      TemplateName(
        "unused", .group([TemplateName("areas", .list(unused), "the areas")]),
        "there when the project does not use an area that was asked for"),
      TemplateName("mend", .group(mend), "there when something is broken"),
      TemplateName("preflight", "one block with the verification commands of all areas; absent when there are none"),
      TemplateName("journal", .group(journal), "there when something changed in git since the previous handoff"),
      TemplateName("troubleshooting", .group(troubleshooting), "there when there are findings"),
      TemplateName("measured", .group(measured), "there when facts were measured"),
      TemplateName(Region.facts, .part, .outsideParts, "the facts block, folded, with its markers; needed once"),
    ]
    + NoteSection.allCases.flatMap { section in
      [
        TemplateName(
          section.rawValue, .flag, .outsideParts,
          "there when the section \(section.title) has text, or no section has any and prompts stand instead"),
        TemplateName(
          "author." + section.rawValue, .part, .outsideParts,
          "the author's section \(section.title) with its markers; needed once"),
      ]
    }

  private static let areas = [
    TemplateName("title", "its name: PostgreSQL"),
    TemplateName("titleCell", "the same for a cell of a table"),
    TemplateName("state", "`✓ ok`, `! warning`, `? unknown`, `✗ failure`"),
    TemplateName("summary", "its main facts in one line; absent when nothing was measured"),
    TemplateName("summaryCell", "the same for a cell of a table"),
    TemplateName(
      "findings", .list([TemplateName("mark", "✗ ! ?"), TemplateName("message", "what is wrong")]),
      "its findings"),
    TemplateName("setup", "blocks with the commands that configure it in a new session; absent when there are none"),
    TemplateName("verification", "blocks with the commands that verify it; absent when there are none"),
  ]

  private static let unused = [
    TemplateName("title", "its name"),
    TemplateName("reason", "why it is taken to be unused; absent when nothing is known"),
  ]

  private static let mend = [
    TemplateName(
      "failures",
      .list([
        TemplateName("number", "1, 2, 3"),
        TemplateName("area", "the area's name"),
        TemplateName("message", "what is wrong"),
        TemplateName("remedy", "what the best remedy does, and blocks with its command; absent when none is known"),
      ]), "what is broken"),
    TemplateName("more", "how many more failures there are than are listed; absent when all are"),
  ]

  private static let journal = [
    TemplateName("since", "the name of the previous handoff; absent for the first"),
    TemplateName("lost", "the name of a previous handoff whose commit is not in this history; else absent"),
    TemplateName("unread", .flag, "there when git did not answer, so that nothing else is there"),
    TemplateName("read", .flag, "there when it did"),
    TemplateName("commits", "a block with the commits; absent when there are none"),
    TemplateName("files", "a block with the changed files; absent when there are none"),
  ]

  private static let troubleshooting = [
    TemplateName(
      "findings",
      .list([
        TemplateName("area", "the area's name"),
        TemplateName("id", "the finding's id"),
        TemplateName("heading", "what the finding means, in a few words"),
        TemplateName("mark", "✗ ! ?"),
        TemplateName("message", "what is wrong"),
        TemplateName("concerns", "the facts it speaks about; absent when there are none"),
        TemplateName(
          "remedies", "the remedies with their blocks, without one that `mend` shows; absent when none is left"),
        TemplateName("mended", .flag, .insideParts, "there when `mend` shows its best remedy"),
      ]), "what was found, worst first"),
    TemplateName("more", "how many more findings there are than are listed; absent when all are"),
  ]

  private static let measured = [
    TemplateName(
      "areas",
      .list([
        TemplateName("title", "its name"),
        TemplateName("tables", "its facts, with long sets summarised"),
      ]), "the areas with facts")
  ]
}

extension TemplateName {
  fileprivate init(_ name: String, _ meaning: String) { self.init(name, .text, .insideParts, meaning) }
  fileprivate init(_ name: String, _ kind: Kind, _ meaning: String) { self.init(name, kind, .insideParts, meaning) }
}
