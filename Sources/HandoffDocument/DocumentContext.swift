public import HandoffModel
public import HandoffText

/// What stands in a document beside the handoff's own value.
public struct DocumentContext: Sendable {
  /// The file's name: `SESSION-HANDOFF-2025-11-07-POST-CLEANUP.md`.
  public var name: String
  /// The folder it stands in, relative to the project: `handoffs`.
  public var folder: String
  /// What facts and findings are called.
  public var dictionary: FactDictionary
  /// The shells that commands are written for, in this order: `bash`, `powershell`.
  public var shells: [String]
  /// What changed in git since the previous handoff; nil when the project is not in a repository.
  public var journal: Journal?
  /// Whether every section without text stands as a prompt, also where another one has text: its author wrote nothing
  /// yet, and what stands there was carried over.
  public var asksForNotes: Bool
  /// What the previous handoff recorded; of long lists, which are never masked, it is told what changed since.
  public var previous: Snapshot?

  /// Gathers what stands in a document.
  public init(
    name: String, folder: String, dictionary: FactDictionary, shells: [String] = ["bash", "powershell"],
    journal: Journal? = nil, asksForNotes: Bool = false, previous: Snapshot? = nil
  ) {
    self.name = name
    self.folder = folder
    self.dictionary = dictionary
    self.shells = shells
    self.journal = journal
    self.asksForNotes = asksForNotes
    self.previous = previous
  }

  /// The path of the file relative to the project.
  var path: String { folder.isEmpty || folder == "." ? name : "\(folder)/\(name)" }
}

/// What changed in git since the previous handoff.
public struct Journal: Hashable, Sendable {
  /// A commit.
  public struct Commit: Hashable, Sendable {
    /// Its id, short or whole.
    public let id: Untrusted
    /// Its first line.
    public let subject: Untrusted
    /// When it was authored, as git prints it.
    public let date: Untrusted

    /// Describes a commit.
    public init(id: Untrusted, subject: Untrusted, date: Untrusted) {
      self.id = id
      self.subject = subject
      self.date = date
    }
  }

  /// A file that is not as it was.
  public struct ChangedFile: Hashable, Sendable {
    /// Git's letter for what happened to it: A, M, D, R.
    public let status: Untrusted
    /// Its path relative to the project.
    public let path: Untrusted

    /// Describes a file.
    public init(status: Untrusted, path: Untrusted) {
      self.status = status
      self.path = path
    }
  }

  /// The file name of the previous handoff; nil when there is none, or nothing is known of the time since.
  public let since: String?
  /// The file name of a previous handoff whose commit is not in this history, so that the latest commits stand here.
  public let lost: String?
  /// The commits, newest first.
  public let commits: [Commit]
  /// How many further commits were left out.
  public let moreCommits: Int
  /// The files.
  public let changedFiles: [ChangedFile]
  /// How many further files were left out.
  public let moreFiles: Int
  /// Whether git was asked and did not answer, so that nothing is known.
  public var isUnread = false

  /// Puts a journal together.
  public init(
    since: String?, lost: String? = nil, commits: [Commit], moreCommits: Int = 0, changedFiles: [ChangedFile],
    moreFiles: Int = 0
  ) {
    self.since = since
    self.lost = lost
    self.commits = commits
    self.moreCommits = moreCommits
    self.changedFiles = changedFiles
    self.moreFiles = moreFiles
  }

  /// What stands in its place where git did not answer.
  public static var unread: Journal {
    var journal = Journal(since: nil, commits: [], changedFiles: [])
    journal.isUnread = true
    return journal
  }
}
