import HandoffSystem
public import HandoffText

/// A part of the environment that can be brought back to nothing.
public enum ResetPart: String, Sendable, CaseIterable {
  /// The database.
  case database
  /// The containers of compose, with their volumes and networks.
  case containers
  /// The virtual environments.
  case environment

  /// What it is called.
  public var title: Message {
    switch self {
    case .database: "database"
    case .containers: "containers"
    case .environment: "virtual environment"
    }
  }
}

/// Every single thing that a reset would destroy, or why it destroys nothing.
public struct ResetPlan: Sendable {
  /// The name of the project, which has to be typed.
  public let project: String
  /// Why nothing is destroyed; empty where nothing speaks against it.
  public internal(set) var refusals: [(part: ResetPart, reason: Message)] = []
  /// What its user should know.
  public internal(set) var notes: [Message] = []
  var database: DatabaseLoss?
  var containers: ContainerLoss?
  var environments: [EnvironmentLoss] = []

  init(project: String) { self.project = project }

  /// What is destroyed, in that order.
  var things: [Message] {
    [
      database.map { "database \(Untrusted($0.name))" },
      containers.map { "what compose made for \(Untrusted($0.project))" },
    ]
    .compactMap(\.self) + environments.map { "virtual environment \(Untrusted($0.folder))" }
  }

  /// Whether there is nothing to destroy.
  public var isEmpty: Bool { database == nil && containers == nil && environments.isEmpty }

  /// What would be lost, a thing a line, with a heading for each part.
  public var lines: [Message] {
    (database?.lines ?? []) + (containers?.lines ?? []) + environments.flatMap(\.lines)
  }
}

/// Something stopped a reset.
public struct ResetProblem: Error, Sendable {
  /// What.
  public let message: Message
  /// What is gone by now.
  public internal(set) var gone: [Message] = []
  /// What is not gone, or not whole: the first of them is where it stopped.
  public internal(set) var left: [Message] = []

  init(_ message: Message) { self.message = message }

  /// What a server said no to, or that there was none.
  init(_ failure: PostgresFailure, doing what: Message) {
    message = .joined(SetupFailure(failure, doing: what).lines, separator: "; ")
  }
}

/// Numbers of bytes for a person.
enum ByteCount {
  /// `12 kB`, `3.4 MB`.
  static func shown(_ bytes: Int) -> Message {
    var value = Double(bytes)
    for unit in ["B", "kB", "MB", "GB"] {
      if value < 1000 {
        let tenths = Int((value * 10).rounded())
        let text = unit == "B" || tenths >= 100 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
        return Message(parts: [.words("\(text) \(unit)")])
      }
      value /= 1000
    }
    return "\(Int(value)) TB"
  }
}
