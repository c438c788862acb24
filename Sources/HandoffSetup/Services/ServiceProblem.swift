public import HandoffModel
import HandoffProbes
public import HandoffText

/// Why services were not updated or started.
public enum ServiceProblem: Error, Sendable, Hashable {
  /// What there is could not be looked at. Nothing was done.
  case trouble(Message, [Remedy])
  /// There is no service and no container of this name; the nearest one, where there is one. Nothing was done.
  case unknown(String, nearest: String?)
  /// These cannot be made anew, each with why. Nothing was done.
  case refused([Refusal])
  /// Something was done, and then it could not go on; what stands then.
  case stopped(Message)
  /// A command did not end well; what stands then.
  case failed(SetupShell.Failure, stands: Message)
  /// These do not run as they should, with the last lines of their logs; what stands then.
  case notWell([NotWell], stands: Message)

  /// A service that cannot be made anew.
  public struct Refusal: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// Why.
    public let reason: Message
  }

  /// A container that does not run as it should.
  public struct NotWell: Sendable, Hashable {
    /// Its name.
    public let container: String
    /// How it is.
    public let state: Message
    /// The last lines of its log.
    public let log: [String]
  }

  init(_ trouble: ProjectServices.Trouble) { self = .trouble(trouble.message, trouble.remedies) }

  /// Takes what was thrown for what it is.
  init(of error: any Error) {
    switch error {
    case let problem as ServiceProblem: self = problem
    case let trouble as ProjectServices.Trouble: self.init(trouble)
    default: self = .trouble("\(Untrusted("\(error)"))", [])
    }
  }

  /// What is wrong, in a sentence; logs are left out.
  public var message: Message {
    switch self {
    case .trouble(let message, _), .stopped(let message): return message
    case .unknown(let name, let nearest):
      let hint: Message = nearest.map { "; did you mean \(Untrusted($0))?" } ?? ""
      return "there is no service \(Untrusted(name)) in this project\(hint)"
    case .refused(let refusals):
      let all = refusals.map { "\(Untrusted($0.name)): \($0.reason)" as Message }
      return "nothing was done: \(Message.joined(all, separator: "; "))"
    case .failed(let failure, let stands):
      return "\(Untrusted(failure.command.bash)) \(failure.ending)\(stands.isEmpty ? "" : "; ")\(stands)"
    case .notWell(let containers, let stands):
      let all = containers.map { "\(Untrusted($0.container)) \($0.state)" as Message }
      return "\(Message.joined(all, separator: "; "))\(stands.isEmpty ? "" : "; ")\(stands)"
    }
  }
}
