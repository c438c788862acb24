import HandoffModel
import HandoffText
import Testing

extension Observation {
  /// Itself, after a look at what every observation of a probe owes its reader: a command for each failure, and for an
  /// area that is lost how it is configured and verified.
  func checked() -> Observation {
    for finding in findings where finding.severity == .failure {
      #expect(!finding.remedies.isEmpty, "\(finding.id) has no remedy")
      #expect(finding.remedies.allSatisfy { !$0.command.bash.isEmpty }, "\(finding.id)")
    }
    #expect(!verification.isEmpty, "\(probe) cannot be verified: \(findings.map(\.id))")
    return self
  }
}
