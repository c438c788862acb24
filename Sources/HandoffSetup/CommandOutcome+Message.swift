public import HandoffSystem
public import HandoffText

extension CommandOutcome {
  /// How a program ended, behind its name.
  public var ending: Message {
    switch self {
    case .exited(let status): "ended with status \(status)"
    case .signalled(let signal): "was ended by signal \(signal)"
    case .timedOut: "was not done in time"
    case .tooMuchOutput: "printed too much"
    case .notFound: "is not installed"
    case .notPermitted: "may not be executed"
    case .failedToStart(let reason), .prevented(let reason): "could not be started: \(Untrusted(reason))"
    }
  }
}
