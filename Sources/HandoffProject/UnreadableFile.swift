public import HandoffText

/// A file of the project that is there, that would say what the project uses, and that could not be read.
public struct UnreadableFile: Hashable, Sendable {
  /// What keeps it from being read.
  public enum Cause: Hashable, Sendable {
    /// Its permissions, or those of a folder above it.
    case permission
    /// It is a folder.
    case folder
    /// It is a link that leads nowhere.
    case link
    /// It is not there, although `handoff.yml` names it.
    case missing
    /// It was read, and holds a mistake.
    case mistake
    /// It is no file, but a variable of the session that cannot be understood.
    case variable
    /// It is a pipe or a device, too long, or anything else.
    case other
  }

  /// The path, relative to the root or absolute.
  public let path: String
  /// What keeps it from being read.
  public let cause: Cause
  /// The same in words that follow the file's name: "may not be read by this user".
  public let reason: Message

  /// Names a file and why it could not be read.
  public init(path: String, _ cause: Cause, _ reason: Message) {
    self.path = path
    self.cause = cause
    self.reason = reason
  }

  /// A file that holds a mistake.
  init(_ mistake: ConfigurationError) {
    let place = mistake.line.map { " (line \($0))" as Message } ?? Message()
    self.init(path: mistake.file, .mistake, "cannot be understood\(place): \(Untrusted(mistake.message))")
  }
}

extension [UnreadableFile] {
  /// `.env may not be read by this user; .env.example is a folder`.
  public var message: Message {
    .joined(map { "\(Untrusted($0.path)) \($0.reason)" }, separator: "; ")
  }
}
