import HandoffModel
import HandoffText

extension Finding {
  /// What a person pastes who does not leave it to `handoff setup` or `handoff service`, which have tests of their own.
  var byHand: [Remedy] {
    remedies.filter { !$0.command.bash.hasPrefix("handoff setup") && !$0.command.bash.hasPrefix("handoff service") }
  }
}
