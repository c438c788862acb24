import ArgumentParser
import HandoffDocument
import HandoffModel
import HandoffProbes
import HandoffProject
import HandoffSecrets
import HandoffStore
import HandoffSystem
import HandoffText

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// `handoff generate`.
struct GenerateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Measures the environment and writes a handoff, together with what you write.",
    discussion: """
      Prints the path of the new file alone. Notes are Markdown; the headings Done, Next steps, Blockers, Decisions and \
      Learnings go to their sections, others to Notes. Open "- [ ]" items of the previous handoff are carried over.

      Example:   handoff generate --title "Post-cleanup" --notes notes.md --commit
                 printf '## Done\\n- moved the tables\\n' | handoff generate --notes - --priority high
                 handoff generate --update handoffs/SESSION-HANDOFF-2025-11-07-POST-CLEANUP.md
      """)

  @Option(help: "What the session was about.")
  var title: String?

  @Option(help: "The end of the file's name; without it made of the title.")
  var slug: String?

  @Option(help: "How things stand, in a few words.")
  var status: String?

  @Option(help: "What comes first, in a few words.")
  var priority: String?

  @Option(help: ArgumentHelp("Markdown to take the notes from; - for standard input.", valueName: "file"))
  var notes: String?

  @Flag(help: "Write the notes in $VISUAL or $EDITOR.")
  var edit = false

  @Option(help: ArgumentHelp("A template file.", valueName: "file"))
  var template: String?

  @Option(help: ArgumentHelp("Refresh the measured parts of this handoff; what you wrote stays.", valueName: "handoff"))
  var update: String?

  @Flag(help: "Print the document instead of writing it.")
  var stdout = false

  @Flag(help: "Commit the file, and nothing else.")
  var commit = false

  @Flag(help: "Push the commit; implies --commit.")
  var push = false

  @Flag(name: [.short, .long], help: "Show no progress.")
  var quiet = false

  @OptionGroup var project: ProjectOptions
  @OptionGroup var probes: ProbeOptions

  mutating func validate() throws {
    if stdout, commit || push || update != nil {
      throw ValidationError("--stdout prints a new document; it goes with none of --commit, --push and --update")
    }
    if edit, notes == "-" { throw ValidationError("--edit needs the terminal that --notes - reads from") }
    if update != nil, notes != nil || edit || slug != nil {
      throw ValidationError("--update leaves your sections as they are; edit them in the file")
    }
    if update != nil, !probes.selectsAll {
      throw ValidationError("--update measures every area anew; it goes with neither --only nor --skip")
    }
    for (name, value) in [("--title", title), ("--status", status), ("--priority", priority)] {
      if let value, value.contains(where: \.isNewline) { throw ValidationError("\(name) is one line") }
    }
  }

  mutating func run() async throws {
    let workspace = try Workspace(project)
    let template = try workspace.template(template)
    let path: String
    if let update {
      path = try await refresh(update, workspace, template)
    } else {
      guard let written = try await write(workspace, template) else { return }
      path = written
    }
    let store = try workspace.store()
    // The file is there from here on, whatever becomes of the commit.
    if !Console.show(path) { Console.complain("\(Untrusted(path).terminal) was written") }
    if commit || push { try await GenerateCommit.commit(path, store) }
    if push {
      let pushed = try await Signals.cancelling { try await store.push() }
      if !quiet { Console.complain("pushed to \(pushed.remote.terminal), \(pushed.branch.terminal)") }
    }
  }

  // MARK: A new document

  /// Writes a new handoff.
  /// - Returns: its path, or nil when it was printed.
  private func write(_ workspace: Workspace, _ template: Template) async throws -> String? {
    var edited: String?
    do {
      return try await write(workspace, template, &edited)
    } catch {
      if let edited { NotesEditor(host: workspace.host).keep(edited) }
      throw error
    }
  }

  /// - Parameter edited: what the author wrote in an editor.
  private func write(
    _ workspace: Workspace, _ template: Template, _ edited: inout String?
  ) async throws -> String? {
    let store = try workspace.store()
    let previous = try store.latest(passesOverUnreadable: true)
    Workspace.complain(of: store.passedOver(previous))
    if commit || push { try await GenerateCommit.check(store) }
    let composer = NotesComposer(title: title, status: status, priority: priority)
    let markdown = try notes.map { try NotesInput.read($0, host: workspace.host) }
    try refuseSecrets(of: markdown, store)
    var author = composer.compose(markdown: markdown, previous: previous?.document.handoff)
    if edit {
      let title = author.title
      let written = try await NotesEditor(host: workspace.host).edit(author)
      edited = written
      author = composer.compose(markdown: written, previous: nil)
      // The form that was edited does not hold the title that the notes began with.
      if author.title.isEmpty { author.title = title }
    }
    let masking = try workspace.maskingToWrite()
    async let changed = Self.journal(since: previous, workspace, probes)
    let measured = try await workspace.snapshot(
      probes, expected: previous?.document.handoff.snapshot, showsProgress: !quiet)
    let recorded = previous?.document.handoff.snapshot
    let masked = masking.masked(measured, settled: workspace.settled(recorded, probes), recorded: recorded)
    let snapshot = masked.snapshot.ignoring(workspace.project.ignore)
    let handoff = Handoff(
      notes: author, previous: previous.map { Self.fileName($0.name) }, snapshot: snapshot)
    let journal = await changed.map { $0.hiding(masked.texts) }
    var warnings: [String] = []
    func document(_ name: String) throws -> String {
      let context = workspace.context(
        name: name, journal: journal, asksForNotes: notes == nil && !edit, previous: recorded)
      let text = try render(handoff, context: context, template: template)
      warnings = try MaskCheck(masked.texts, ordinary: ordinaryWords)
        .check(text, notes: author, in: name) {
          try render(handoff.withoutTitle, context: context, template: template)
        }
      try refuseToCommit(&warnings)
      return text
    }
    defer { for warning in warnings { Console.complain("warning: \(warning)") } }
    // Before it becomes a file's name, in capitals, in which no scanner would know it again.
    let named = slug ?? author.title
    try store.refuseSecrets(Array(named.utf8), in: slug == nil ? "the title" : "the slug")
    let slug = HandoffName.slug(from: named)
    if stdout {
      let text = try document(try store.freeName(capturedAt: snapshot.capturedAt, slug: slug))
      try store.refuseSecrets(Array(text.utf8), in: "the document")
      Console.show(text)
      return nil
    }
    do {
      return try store.create(capturedAt: snapshot.capturedAt, slug: slug, text: document)
    } catch StoreError.secrets(let hits, let place) {
      tellOrigin(of: hits, previous, workspace)
      throw StoreError.secrets(hits, in: place)
    }
  }

  /// Refuses secrets in what the author gives, and names where they stand in it.
  private func refuseSecrets(of markdown: String?, _ store: HandoffStore) throws {
    if let markdown, let notes {
      try store.refuseSecrets(Array(markdown.utf8), in: notes == "-" ? "the notes" : "the notes, \(notes),")
    }
    for (text, place) in [(status, "the status"), (priority, "the priority")] {
      if let text { try store.refuseSecrets(Array(text.utf8), in: place) }
    }
  }

  /// Says where what was refused was carried over from.
  private func tellOrigin(of hits: [SecretHit], _ previous: StoredHandoff?, _ workspace: Workspace) {
    guard let previous else { return }
    let wanted = Set(hits.map(\.preview))
    for hit in workspace.scannerThatOnlyReads.scan(previous.text) where wanted.contains(hit.preview) {
      Console.complain("it may come from an open item of \(Untrusted(previous.name).terminal), line \(hit.line)")
    }
  }

  /// Refuses to commit what holds masked values in its author's own words: once it is pushed, nobody takes it back.
  private func refuseToCommit(_ warnings: inout [String]) throws {
    guard commit || push, !warnings.isEmpty else { return }
    defer { warnings = [] }
    throw MaskedValueInNotes(places: warnings)
  }

  /// The words of the tool's own template and of its catalog; those of a template of the project's may be the value itself.
  private var ordinaryWords: Set<String> {
    let own = try? Template.builtIn(named: "session-handoff")
    return ProbeCatalog.dictionary.proseWords.union(own?.words ?? [])
  }

  /// What changed in git since a handoff, where that was asked for.
  private static func journal(
    since previous: StoredHandoff?, _ workspace: Workspace, _ probes: ProbeOptions
  ) async -> Journal? {
    guard workspace.project.git.settings != nil, probes.selection.contains("git") else { return nil }
    return await workspace.journalReader.journal(
      since: previous?.document.handoff.snapshot.fact("git.head")?.value.string,
      named: previous.map { fileName($0.name) }, deadline: .after(min(.seconds(5), workspace.timeout(probes))))
  }

  static func fileName(_ path: String) -> String {
    PathText(path).name
  }

  // MARK: An old document

  private func refresh(_ argument: String, _ workspace: Workspace, _ template: Template) async throws -> String {
    let store = try workspace.store()
    let stored = try await store.find(argument)
    guard stored.path != nil else {
      throw UsageProblem("\(argument) stands in a revision and cannot be refreshed; name a file")
    }
    if commit || push { try await GenerateCommit.check(store) }
    let before = stored.document.handoff
    let previous = try before.previous.flatMap { name in
      try store.names().first { $0.description == name }.map { try store.read(store.path(of: $0)) }
    }
    let masking = try workspace.maskingToWrite()
    async let changed = Self.journal(since: previous, workspace, probes)
    let masked = masking.masked(
      try await workspace.snapshot(probes, expected: before.snapshot, showsProgress: !quiet),
      settled: workspace.settled(before.snapshot, probes), recorded: before.snapshot)
    let snapshot = masked.snapshot.ignoring(workspace.project.ignore)
    var handoff = Handoff(
      notes: before.notes, previous: before.previous, snapshot: snapshot)
    handoff.notes.title = title ?? before.notes.title
    handoff.notes.status = status ?? before.notes.status
    handoff.notes.priority = priority ?? before.notes.priority
    let context = workspace.context(
      name: Self.fileName(stored.name),
      journal: await changed.map { $0.hiding(masked.texts) }, previous: previous?.document.handoff.snapshot)
    let text = try HandoffDocument.update(stored.text, with: handoff, context: context, template: template)
    var warnings = try MaskCheck(masked.texts, ordinary: ordinaryWords)
      .check(text, notes: handoff.notes, in: stored.name) {
        try HandoffDocument.update(stored.text, with: handoff.withoutTitle, context: context, template: template)
      }
    try refuseToCommit(&warnings)
    for warning in warnings { Console.complain("warning: \(warning)") }
    try store.replace(stored, with: text)
    return stored.name
  }
}

extension Handoff {
  /// The handoff without the words of its author that stand among what was measured.
  fileprivate var withoutTitle: Handoff {
    var handoff = self
    (handoff.notes.title, handoff.notes.status, handoff.notes.priority) = ("", "", "")
    return handoff
  }
}

extension Journal {
  /// The journal without texts that are masked.
  fileprivate func hiding(_ texts: MaskedTexts) -> Journal {
    var journal = Journal(
      since: since, lost: lost,
      commits: commits.map {
        Commit(id: texts.hidden(in: $0.id), subject: texts.hidden(in: $0.subject), date: $0.date)
      }, moreCommits: moreCommits,
      changedFiles: changedFiles.map { ChangedFile(status: $0.status, path: texts.hidden(in: $0.path)) },
      moreFiles: moreFiles)
    journal.isUnread = isUnread
    return journal
  }
}
