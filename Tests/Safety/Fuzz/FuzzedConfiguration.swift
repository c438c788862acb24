import HandoffModel

@testable import HandoffProject

/// `handoff.yml`.
enum FuzzedConfiguration: FuzzedParser {
  static func parse(_ input: [UInt8]) {
    do throws(ConfigurationError) {
      let configuration = try ConfigurationReader.read(text(input))
      for rule in configuration.ignore {
        hold(rule.fact != nil || rule.finding != nil, "a rule names something")
        hold(isOneLine(rule.reason), "a reason is one line")
      }
      hold(configuration.waivers.allSatisfy { $0.fingerprint.utf8.count == 32 }, "a fingerprint has 32 digits")
      hold(configuration.deadline.map { $0 > 0 && $0 <= 3600 } != false, "a deadline is an hour at most")
    } catch {
      hold(isOneLine("\(error)"), "an error is one line")
    }
  }
}
