import HandoffModel
import HandoffStore

/// What the command's exit status means. It is computed from the list that is printed.
enum ExitStatus: Int32, CaseIterable {
  /// All confirmed, no differences, or written; warnings and notes do not count.
  case confirmed = 0
  /// A change or finding that is printed is a failure.
  case failure = 1
  /// None failed, but one is unknown; or the tool could not work.
  case unknown = 2
  /// Refused for safety.
  case refused = 3

  /// Wrong usage, as the argument parser ends (`EX_USAGE` of sysexits.h).
  case usage = 64

  /// What it means, for the reference in the README.
  var meaning: String {
    switch self {
    case .confirmed: "all is confirmed, nothing differs, or it is written; warnings and notes do not count"
    case .failure:
      "a change or finding that is printed is a failure (`verify` counts what was already broken, `diff` does not), or a step that was to change something failed"
    case .unknown:
      "nothing failed but something could not be looked at; or the tool could not work: a mistake in a file, no such handoff"
    case .refused:
      "refused for safety: what was to be written holds a secret or a masked value, a command was asked for by name that is not trusted, trust or a yes was asked for and not given, or what a reset would destroy may not be the project's, or its name was not given"
    case .usage: "wrong usage"
    }
  }

  /// The exit status of a report with this verdict.
  init(_ status: Status) {
    switch status {
    case .failure: self = .failure
    case .unknown: self = .unknown
    case .ok, .warning, .skipped: self = .confirmed
    }
  }

  /// The exit status of an error that stopped the work.
  static func of(_ error: any Error) -> ExitStatus {
    if error is NotTrusted || error is MaskedValueShown || error is MaskedValueInNotes { return .refused }
    let cause = (error as? NotCommitted)?.reason ?? error as? StoreError
    return cause?.isSafetyRefusal == true ? .refused : .unknown
  }
}

/// A command that printed its report and ends with a status.
struct CommandEnded: Error {
  let status: ExitStatus
}
