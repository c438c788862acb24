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

/// A handoff that reality is held against.
struct RecordedHandoff {
  let name: String
  let handoff: Handoff
}

extension Workspace {
  /// The project's handoffs.
  func store() throws -> HandoffStore {
    try HandoffStore(host: host, root: project.root, folder: project.handoffs.value) { [self] in scanner }
  }

  /// What looks for secrets, those of this machine among them. A finding's fingerprint needs a key, which is made.
  var scanner: SecretScanner { scanner { OwnKey($0).value } }

  /// The same for what writes nothing: there are fingerprints where there is a key already.
  var scannerThatOnlyReads: SecretScanner { scanner { OwnKey($0).existing } }

  private func scanner(_ key: @escaping @Sendable (Host) -> FingerprintKey?) -> SecretScanner {
    SecretScanner(
      known: KnownSecrets.gather(
        host: host, projectRoot: project.root, connections: project.postgres.settings ?? [],
        ordinary: ProbeCatalog.dictionary.words.union([project.name.value]),
        passedOver: { name in
          Console.complain(
            "warning: \(Untrusted(name).terminal) is too long, or one of too many: its secrets are not looked for")
        }),
      waived: Set(project.waivers.map(\.fingerprint)), key: { [host] in key(host) })
  }

  /// A sentence about a mistake, which may repeat what stands in a file or what a hook said, without the secrets that this
  /// machine holds.
  static func withoutSecrets(_ text: String) -> String {
    guard let host = try? host() else { return text }
    let root = Discovery.root(of: host.workingDirectory, files: host.files)
    let known = KnownSecrets.gather(
      host: host, projectRoot: root, connections: [], ordinary: ProbeCatalog.dictionary.words)
    return SecretScanner(known: known).redacted(text, onlyKnown: true)
  }

  /// What changed in git since a handoff.
  var journalReader: JournalReader {
    JournalReader(host: host, root: project.root, folder: project.handoffs.value)
  }

  /// Finds a handoff to compare with, and says when its facts are not as the tool wrote them.
  func recorded(_ argument: String) async throws -> RecordedHandoff {
    let store = try store()
    let stored: StoredHandoff
    do throws(StoreError) {
      stored = try await store.find(argument)
    } catch {
      if case .notSoMany = error { Self.complain(of: store.passedOver(nil)) }
      throw error
    }
    if argument == "latest" {
      let passedOver = store.passedOver(stored)
      // An older one says nothing of what a newer one would have said.
      for error in passedOver {
        if case .damaged(let path, let reason) = error {
          throw UsageProblem(
            "\(Untrusted(path).terminal), the newest handoff, cannot be read: \(reason). The one before it is \(Untrusted(stored.name).terminal)"
          )
        }
      }
      Self.complain(of: passedOver)
    }
    if stored.document.edited {
      Console.complain(
        "\(Untrusted(stored.name).terminal): the facts block was edited by hand; it is compared as it stands")
    }
    return RecordedHandoff(name: stored.name, handoff: stored.document.handoff)
  }

  /// Tells what was passed over in the search for the latest handoff.
  static func complain(of passedOver: [StoreError]) {
    for error in passedOver { Console.complain("\(Untrusted("\(error)").terminal); it was passed over") }
  }

  /// How long ago a handoff was measured, and how many commits came since: `3 h ago · 2 commits since`.
  /// - Parameter options: how long that may take.
  func age(of recorded: RecordedHandoff, _ options: ProbeOptions) async throws -> String {
    let seconds = Int(host.now().timeIntervalSince(recorded.handoff.snapshot.capturedAt))
    let age =
      switch seconds {
      case ..<0: "measured in the future of this machine's clock"
      case ..<60: "just now"
      case ..<3600: "\(seconds / 60) min ago"
      case ..<86_400: "\(seconds / 3600) h ago"
      default: "\(seconds / 86_400) d ago"
      }
    guard let head = recorded.handoff.snapshot.fact("git.head")?.value.string,
      let commits = await journalReader.commits(since: head, deadline: .after(min(.seconds(2), timeout(options)))),
      commits > 0
    else { return age }
    return "\(age) · \(commits == 1 ? "1 commit" : "\(commits) commits") since"
  }

  /// What stands in a document beside its handoff.
  func context(
    name: String, journal: Journal?, asksForNotes: Bool = false, previous: Snapshot?
  ) -> DocumentContext {
    DocumentContext(
      name: name, folder: project.handoffs.value, dictionary: ProbeCatalog.dictionary, shells: project.shells.value,
      journal: journal, asksForNotes: asksForNotes, previous: previous)
  }

  func style(_ options: ReportOptions) -> Style { Style(options.color, environment: host.environment) }

  // MARK: Templates

  /// The template that the options or the project name.
  /// - Parameter path: the file of `--template`, or nil.
  func template(_ path: String?) throws -> Template {
    if let path {
      let absolute = PathText(host.workingDirectory).appending(path).text
      let text: String
      do {
        text = try host.files.readText(absolute)
      } catch {
        throw UsageProblem("the template \(path) cannot be read: \(error)")
      }
      let folder = PathText(absolute).folder.text
      return try Template(named: path, text: text, partials: partials(in: folder))
    }
    let name = project.template.value
    let folder = project.root + "/templates"
    guard isInside("\(folder)/\(name).md", project.root) else {
      throw UsageProblem("the template templates/\(name).md leads out of the project; name it with --template")
    }
    do {
      let text = try host.files.readText("\(folder)/\(name).md")
      return try Template(named: "templates/\(name).md", text: text, partials: partials(in: folder))
    } catch FileError.missing {
    } catch let error as FileError {
      throw UsageProblem("the template templates/\(name).md is there and cannot be read: \(error)")
    }
    if let builtIn = try Template.builtIn(named: name) { return builtIn }
    let place = project.templatePlace.map { "\($0): " } ?? ""
    throw UsageProblem(
      "\(place)there is no template \(name): neither templates/\(name).md in the project nor one of that name in the program, "
        + "which has session-handoff")
  }

  /// Whether a file that is there stands in a folder, links looked through: what is put into a document that may be
  /// published comes from nowhere else.
  private func isInside(_ path: String, _ folder: String) -> Bool {
    guard let file = host.files.realPath(path), let real = host.files.realPath(folder) else { return true }
    return PathText(file).isBelow(real)
  }

  private func partials(in folder: String) -> (String) throws(PartialUnreadable) -> String? {
    { name throws(PartialUnreadable) -> String? in
      let path = "\(folder)/\(name).md"
      guard isInside(path, folder) else { throw PartialUnreadable(reason: "it leads out of its folder") }
      do throws(FileError) {
        return try host.files.readText(path)
      } catch {
        if error == .missing { return nil }
        throw PartialUnreadable(reason: error.description)
      }
    }
  }
}
