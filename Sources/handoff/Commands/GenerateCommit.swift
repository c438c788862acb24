import HandoffDocument
import HandoffStore
import HandoffText

/// The commit of `handoff generate --commit`.
enum GenerateCommit {
  /// Refuses what could not be committed, before anything is written.
  static func check(_ store: HandoffStore) async throws {
    do throws(StoreError) {
      try await store.checkCommit()
    } catch {
      throw NothingWritten(reason: error)
    }
  }

  /// Commits a handoff that was written, and tells what a hook put into the commit beside it.
  static func commit(_ path: String, _ store: HandoffStore) async throws {
    let handoff = try store.read(path).document.handoff
    let message = CommitMessage.text(for: handoff, name: GenerateCommand.fileName(path))
    do {
      let commit = try await Signals.cancelling { try await store.commit(path, message: message) }
      if !commit.others.isEmpty { Console.complain(warning(commit)) }
    } catch let error as StoreError {
      throw error.isCommitted ? error : NotCommitted(path: path, reason: error)
    }
  }

  private static func warning(_ commit: CommittedHandoff) -> String {
    let shown = commit.others.prefix(20).map { "\n  " + Untrusted($0).terminal }.joined()
    let rest = commit.others.count > 20 ? "\n  and \(commit.others.count - 20) more" : ""
    return "warning: a hook put more than the handoff into commit \(commit.id.prefix(12)):" + shown + rest
  }
}

/// A refusal before anything was written.
struct NothingWritten: Error, CustomStringConvertible {
  let reason: StoreError
  var description: String { "\(reason); nothing was written" }
}

/// A handoff that was written and could not be committed.
struct NotCommitted: Error, CustomStringConvertible {
  let path: String
  let reason: StoreError
  var description: String { "\(Untrusted(path).terminal) is written and not committed: \(reason)" }
}
