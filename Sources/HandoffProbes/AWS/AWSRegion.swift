import HandoffModel
import HandoffProject
import HandoffSystem

/// Which region is meant, and where its STS answers.
enum AWSRegion {
  /// Variables that name the region, as the AWS CLI 2 and the SDKs look at them. The AWS CLI 1 knows only the second.
  static let variables = ["AWS_REGION", "AWS_DEFAULT_REGION"]

  /// The region: `handoff.yml`, then the variables, then the profile.
  static func find(
    _ configured: Setting<String>?, _ environment: ProcessEnvironment, _ profile: AWSFiles.Profile?, named name: String
  ) -> Setting<String>? {
    if let configured { return configured }
    for variable in variables {
      if let value = environment[variable] { return Setting(value, Source(.environment, variable)) }
    }
    guard let profile, let value = profile["region"], !value.isEmpty else { return nil }
    return Setting(value, profile.source(of: "region", profile: name))
  }

  /// Whether a region's name can be part of a host's name; botocore refuses the others.
  static func isValid(_ region: String) -> Bool {
    let bytes = region.utf8
    guard (1...63).contains(bytes.count), bytes.first != UInt8(ascii: "-"), bytes.last != UInt8(ascii: "-") else {
      return false
    }
    let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    let isLetter = { (byte: UInt8) in (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }
    return !bytes.allSatisfy(isDigit) && bytes.allSatisfy { isDigit($0) || isLetter($0) || $0 == UInt8(ascii: "-") }
  }

  /// Where STS answers for a region, and the region that requests are signed for.
  /// - Parameters:
  ///   - region: a valid region, or nil for none.
  ///   - isLegacy: whether `sts_regional_endpoints` is `legacy`, with which older regions use the global endpoint.
  static func endpoint(_ region: String?, isLegacy: Bool) -> (url: String, signingRegion: String) {
    guard let region, region != "aws-global", !(isLegacy && legacyGlobal.contains(region)) else {
      return ("https://sts.amazonaws.com", "us-east-1")
    }
    let suffix = partitions.first { region.hasPrefix($0.prefix) }?.suffix ?? "amazonaws.com"
    return ("https://sts.\(region).\(suffix)", region)
  }

  /// The domains of the partitions other than the main one, by the beginnings of their regions' names.
  private static let partitions: [(prefix: String, suffix: String)] = [
    ("cn-", "amazonaws.com.cn"), ("eusc-", "amazonaws.eu"), ("us-iso-", "c2s.ic.gov"), ("us-isob-", "sc2s.sgov.gov"),
    ("eu-isoe-", "cloud.adc-e.uk"), ("us-isof-", "csp.hci.ic.gov"),
  ]

  private static let legacyGlobal: Set<String> = [
    "ap-northeast-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1", "eu-central-1", "eu-north-1",
    "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
  ]
}
