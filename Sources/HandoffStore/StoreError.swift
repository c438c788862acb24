import HandoffText

/// Why a handoff could not be found, read or written. Nothing was lost.
public enum StoreError: Error, Hashable, Sendable {
  /// There is no handoff yet.
  case none(folder: String)
  /// There are not so many.
  case notSoMany(asked: String, count: Int)
  /// Nothing of that name is a file, a name in the folder, or a revision and path.
  case notFound(String, folder: String)
  /// The file cannot be read.
  case unreadable(String, reason: String)
  /// The file is a handoff's and cannot be understood.
  case damaged(String, reason: String)
  /// The folder of handoffs leads out of the project.
  case folderOutside(String)
  /// The target is a symbolic link.
  case symbolicLink(String)
  /// Every name for this moment is taken.
  case namesTaken(String)
  /// The system did not do it.
  case system(path: String, action: String, reason: String)
}

extension StoreError: CustomStringConvertible {
  /// What is wrong and what to do, for a terminal.
  public var description: String {
    switch self {
    case .none(let folder):
      "there is no handoff in \(shown(folder)) yet; write one with handoff generate"
    case .notSoMany(let asked, let count):
      "\(shown(asked)): there are only \(count) handoffs; handoff list shows them"
    case .notFound(let name, let folder):
      "there is no handoff \(shown(name)): no such file, none in \(shown(folder)), and no such revision and path; "
        + "handoff list shows what is there"
    case .unreadable(let path, let reason): "\(shown(path)) cannot be read: \(shown(reason))"
    case .damaged(let path, let reason): "\(shown(path)), \(reason)"
    case .folderOutside(let folder):
      "the folder \(shown(folder)) leads out of the project; name one inside it with handoffs: in handoff.yml"
    case .symbolicLink(let path): "\(shown(path)) is a symbolic link; nothing was written through it"
    case .namesTaken(let name): "\(shown(name)) and all its variants exist already; use another --slug"
    case .system(let path, let action, let reason): "\(shown(path)) could not be \(action): \(reason)"
    }
  }

  private func shown(_ text: String) -> String { Untrusted(text).terminal }
}
