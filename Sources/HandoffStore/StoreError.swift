public import HandoffSecrets
public import HandoffSystem
public import HandoffText

/// Why a handoff was not found, read, written, committed or pushed.
public enum StoreError: Error, Hashable, Sendable {
  // Finding and reading
  /// There is no handoff yet, or not as many as asked for.
  case notSoMany(folder: String, count: Int, asked: String)
  /// Nothing of that name is a file, a name in the folder, or a revision and path; the newest names that there are.
  case notFound(String, existing: [String])
  /// Git knows no such revision.
  case noSuchRevision(String)
  /// A revision holds no file at a path.
  case notInRevision(path: String, revision: String)
  /// The file cannot be read.
  case unreadable(String, FileError)
  /// The file is not UTF-8.
  case notText(String)
  /// The file has no facts block: somebody wrote it by hand.
  case handWritten(String, reason: String)
  /// The file is a handoff's and cannot be understood.
  case damaged(String, reason: String)
  /// What bears a handoff's name is a link out of the project.
  case leadsOutside(String)

  // Writing
  /// The folder of handoffs, or a file to commit, leads out of the project.
  case folderOutside(String)
  /// The folder of handoffs is in a folder of git's own.
  case folderInGit(String)
  /// A file of the project stands where the folder must be.
  case notAFolder(String)
  /// The document stands in a revision and cannot be replaced there.
  case inRevision(String)
  /// Every name for this moment is taken.
  case namesTaken(String)
  /// The file cannot be written.
  case unwritable(String, FileWriteError)
  /// What was to be written is longer than what is read; nothing was written.
  case tooLong(String, limit: Int)
  /// What was to be written holds secrets; nothing was written.
  case secrets([SecretHit], in: String)

  // Committing
  /// Git says nothing about the project.
  case git(GitFailure)
  /// An operation was begun and not finished.
  case operationUnderWay(GitOperation)
  /// Files are in conflict.
  case conflicts
  /// The index is locked by another git command, or the lock was left behind.
  case indexLocked(lock: String)
  /// Git ignores the file: the ignore file with its line, and the pattern.
  case ignored(path: String, rule: String)
  /// Git does not know who commits.
  case noIdentity
  /// The file is committed as it is.
  case nothingToCommit(path: String)
  /// A hook of the repository refused, and what it said.
  case hookRefused(Untrusted)
  /// Git did not commit, and what it said.
  case commitFailed(Untrusted)
  /// Hooks or signing did not end in time.
  case commitTimedOut
  /// Another process commits a handoff and did not end in time.
  case commitUnderWay
  /// A hook took the file out of the commit.
  case notInCommit(path: String)
  /// There is no commit, for the reason that is told, and the file could not be taken out of the index again.
  case leftStaged(path: String, because: String)
  /// The commit was made, but the index could not be brought up to it; the paths as git takes them.
  case indexNotUpdated(paths: [String], commit: String)

  // Pushing
  /// HEAD is on no branch.
  case detached
  /// The branch follows none of a remote.
  case noUpstream(branch: String, remote: String?)
  /// The remote has commits that are not here.
  case remoteMoved(remote: String, branch: String)
  /// The remote wants to know who pushes, and git may not ask here.
  case authentication(remote: String, Untrusted)
  /// The remote cannot be reached.
  case unreachable(remote: String, Untrusted)
  /// The remote or a hook refused, and what was said.
  case pushRefused(remote: String, Untrusted)
  /// The remote did not answer in time.
  case pushTimedOut(remote: String)

  /// Whether something was refused to keep a secret: exit status 3.
  public var isSafetyRefusal: Bool {
    if case .secrets = self { true } else { false }
  }

  /// Whether a document is there and it is not known what it says.
  public var isUnknown: Bool {
    if case .unreadable = self { true } else { false }
  }

  /// Whether the file is committed nevertheless.
  public var isCommitted: Bool {
    switch self {
    case .indexNotUpdated, .nothingToCommit: true
    default: false
    }
  }
}

extension StoreError: CustomStringConvertible {
  /// What is wrong, why, and what to do, for a terminal.
  public var description: String {
    switch self {
    case .notSoMany(let folder, let count, let asked):
      count == 0
        ? "there is no handoff in \(shown(folder)) yet; write one with handoff generate"
        : "\(shown(asked)): there \(count == 1 ? "is only 1 handoff" : "are only \(count) handoffs"); "
          + "handoff list shows them"
    case .notFound(let argument, let existing):
      existing.isEmpty
        ? "there is no file \(shown(argument)), and no handoff yet; write one with handoff generate"
        : "there is no file, handoff or revision \(shown(argument)); the newest handoffs are:\n"
          + existing.map { "  " + shown($0) }.joined(separator: "\n")
    case .noSuchRevision(let revision):
      "git knows no revision \(shown(revision)); git log shows what there is, git fetch gets what is elsewhere"
    case .notInRevision(let path, let revision):
      "revision \(shown(revision)) holds no file \(shown(path)); git ls-tree -r --name-only "
        + "\(ShellWord.bash(revision)) shows what it holds"
    case .unreadable(let path, let error): "\(shown(path)) cannot be read: \(error)"
    case .notText(let path): "\(shown(path)) is not UTF-8 text; a handoff is"
    case .damaged(let path, let reason), .handWritten(let path, let reason): "\(shown(path)): \(reason)"
    case .leadsOutside(let path): "\(shown(path)) is a link that leads out of the project, and is not followed"
    case .folderOutside(let path):
      "\(shown(path)) leads out of the project; name a folder inside it with handoffs: in handoff.yml"
    case .folderInGit(let path):
      "\(shown(path)) is in a folder of git's own, which git never commits; name another one with handoffs: in "
        + "handoff.yml"
    case .notAFolder(let path):
      "\(shown(path)) is not a folder; move it away, or name another one with handoffs: in handoff.yml"
    case .inRevision(let name): "\(shown(name)) stands in a revision and stays as it is; name a file"
    case .namesTaken(let name): "\(shown(name)) and all its variants exist already; use another --slug"
    case .tooLong(let name, let limit):
      "\(shown(name)) would be longer than \(limit >> 20) MiB, and so never be read again; nothing was written. "
        + "Leave the area out that makes it so long with --skip"
    case .unwritable(let path, .notConfirmed(let number)):
      "\(shown(path)) is written, but \(FileWriteError.notConfirmed(number))"
    case .unwritable(let path, let error): "\(shown(path)) cannot be written: \(error); nothing was changed"
    case .secrets(let hits, let place):
      "a secret stands in \(shown(place)), so it was not written; take it out and try again:\n"
        + hits.prefix(20).map { "  " + $0.message.terminal }.joined(separator: "\n")
        + (hits.count > 20 ? "\n  and \(hits.count - 20) more" : "")
        + (hits.first?.fingerprint == nil
          ? "" : "\nWhat is no secret is waived in handoff.yml, under waivers, by its fingerprint and a reason.")
    case .git(let failure): Self.words(failure)
    case .operationUnderWay(let operation):
      "\(operation == .am ? "an" : "a") \(operation.rawValue) was begun and not finished, so nothing can be committed; "
        + "end it with "
        + (operation == .bisect
          ? "git bisect reset" : "git \(operation.rawValue) --continue or git \(operation.rawValue) --abort")
    case .conflicts:
      "files are in conflict, so nothing can be committed; git status names them"
    case .indexLocked(let lock):
      "another git command is at work, or left \(shown(lock)) behind; when none runs, remove it and try again"
    case .ignored(let path, let rule):
      "git ignores \(shown(path)) by \(shown(rule)), so it cannot be committed; take that line out, or leave --commit out"
    case .noIdentity:
      "git does not know who commits; tell it with git config --global user.name NAME and "
        + "git config --global user.email ADDRESS"
    case .nothingToCommit(let path): "\(shown(path)) is already committed as it is"
    case .hookRefused(let output):
      "a hook of this repository refused the commit. It said:\n" + Self.lines(output)
    case .commitFailed(let output):
      "git did not commit. It said:\n" + Self.lines(output)
    case .commitTimedOut:
      "a hook or the signing of the commit did not end in time; commit it by hand"
    case .commitUnderWay:
      "another handoff is being committed in this work tree, and that did not end in time; commit it by hand"
    case .notInCommit(let path):
      "a hook of this repository took \(shown(path)) out of the commit; git show --stat shows what was committed"
    case .leftStaged(let path, let reason):
      "it stays staged, too, since the index could not be put back; git reset -q -- \(Self.pathspec(path)) takes it "
        + "out. The cause: " + reason
    case .indexNotUpdated(let paths, let commit):
      "commit \(shown(String(commit.prefix(12)))) was made, but the index could not be brought up to it; run "
        + "git reset -q -- " + paths.prefix(20).map(Self.pathspec).joined(separator: " ")
    case .detached:
      "HEAD is on no branch, so there is nowhere to push to; git switch -c NAME makes one"
    case .noUpstream(let branch, let remote):
      remote.map {
        "branch \(shown(branch)) follows none of a remote, so nothing was pushed; run "
          + "git push -u \(ShellWord.bash($0)) \(ShellWord.bash(branch))"
      } ?? "there is no remote, so nothing was pushed; add one with git remote add origin URL"
    case .remoteMoved(let remote, let branch):
      "\(shown(branch)) of \(shown(remote)) has commits that are not here, so nothing was pushed; run "
        + "git pull --rebase and then git push. The commit stays"
    case .authentication(let remote, let output):
      "\(shown(remote)) wants to know who pushes, and git may not ask here; run git push by hand. It said:\n"
        + Self.lines(output)
    case .unreachable(let remote, let output):
      "\(shown(remote)) cannot be reached; the commit stays, run git push later. It said:\n" + Self.lines(output)
    case .pushRefused(let remote, let output):
      "\(shown(remote)) or a hook refused the push; the commit stays. It said:\n" + Self.lines(output)
    case .pushTimedOut(let remote):
      "\(shown(remote)) did not answer in time; the commit stays, run git push later"
    }
  }

  /// A path as git and a shell take it, nothing of it a pattern; with `:/` before it relative to the top.
  private static func pathspec(_ path: String) -> String {
    let isTop = path.hasPrefix(":/")
    let file = isTop ? String(path.dropFirst(2)) : path
    if !file.hasPrefix(":"), !file.contains(where: { "*?[\\".contains($0) }) { return ShellWord.bash(path) }
    return ShellWord.bash((isTop ? ":(top,literal)" : ":(literal)") + file)
  }

  private func shown(_ text: String) -> String { Untrusted(text).terminal }

  /// The last lines of what a program said, each escaped.
  private static func lines(_ output: Untrusted) -> String {
    let lines = output.raw.split(whereSeparator: { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }).suffix(40)
    return lines.map { "  " + Untrusted(String($0.prefix(500))).terminal }.joined(separator: "\n")
  }

  private static func words(_ failure: GitFailure) -> String {
    switch failure {
    case .notInstalled: "git is not installed, or not on PATH"
    case .notARepository: "the project is in no git repository; git init makes one"
    case .noWorkTree: "the git repository has no work tree"
    case .dubiousOwnership:
      "the git repository belongs to another user; if its owner is one you expect, run "
        + "git config --global --add safe.directory \"$PWD\" at its top"
    case .repositoryMoved(let place): ".git points to \(place.terminal), which is not there"
    case .damaged(let reason): "the git repository is damaged: \(reason.terminal)"
    case .timedOut: "git did not answer in time"
    case .other(let reason): "git could not answer: \(reason.terminal)"
    }
  }
}
