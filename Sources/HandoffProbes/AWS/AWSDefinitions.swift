public import HandoffModel

extension AWSProbe {
  /// Every fact about AWS.
  public static let facts: [FactDefinition] = [
    FactDefinition(
      "aws.account", .identity, title: "AWS account", isHead: true,
      meaning: "the account that the credentials belong to, as STS says"),
    FactDefinition("aws.region", .identity, title: "AWS region", meaning: "the region that requests go to"),
    FactDefinition(
      "aws.principal", .identity, title: "AWS principal",
      meaning: "the ARN of the caller, as STS says; of an assumed role without its session name"),
    FactDefinition(
      "aws.credentials", .state, title: "source of the AWS credentials",
      meaning: "where the credentials come from, never what they are: "
        + AWSCredentialKind.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")),
    FactDefinition("aws.profile", .state, title: "AWS profile", meaning: "the profile that is used"),
    FactDefinition(
      "aws.expires", .volatile, title: "end of the AWS credentials", meaning: "RFC 3339, where it can be known"),
  ]

  /// Every finding about AWS.
  public static let findings: [FindingDefinition] = [
    FindingDefinition("aws.no-credentials", "no AWS credentials"),
    FindingDefinition("aws.profile-missing", "the AWS profile does not exist"),
    FindingDefinition("aws.partial-credentials", "an access key without its secret"),
    FindingDefinition("aws.malformed-credentials", "a control character stands in the AWS credentials"),
    FindingDefinition("aws.unknown-key", "AWS does not know the access key"),
    FindingDefinition("aws.wrong-secret", "the secret access key is wrong"),
    FindingDefinition("aws.expired", "the AWS credentials have expired"),
    FindingDefinition("aws.clock-skew", "AWS refuses the signature because the clock is wrong"),
    FindingDefinition("aws.access-denied", "AWS denies access"),
    FindingDefinition("aws.malformed-config", "a file of the AWS configuration cannot be parsed"),
    FindingDefinition("aws.invalid-config", "the AWS profile is configured in a way that the AWS CLI refuses"),
    FindingDefinition("aws.invalid-region", "the region is no name of a region"),
    FindingDefinition("aws.invalid-endpoint", "the endpoint configured for AWS is no URL"),
    FindingDefinition(
      "aws.file-unreadable", "a file that would say whether the project uses AWS cannot be read"),
    FindingDefinition("aws.unreadable-config", "a file of the AWS configuration may not be read"),
    FindingDefinition("aws.region-conflict", "AWS_REGION and AWS_DEFAULT_REGION name different regions"),
    FindingDefinition("aws.profile-conflict", "AWS_PROFILE and AWS_DEFAULT_PROFILE name different profiles"),
    FindingDefinition("aws.shadowed-profile", "keys in the environment go before the AWS profile"),
    FindingDefinition("aws.not-as-recorded", "AWS is configured otherwise than the handoff recorded it"),
    FindingDefinition("aws.unreachable", "STS could not be asked"),
    FindingDefinition("aws.timeout", "STS did not answer in time"),
    FindingDefinition("aws.tls", "the TLS certificate of STS is not trusted"),
    FindingDefinition("aws.unexpected-answer", "the answer is not one of STS"),
    FindingDefinition("aws.cli-missing", "the AWS CLI is needed and not installed"),
    FindingDefinition("aws.helper-failed", "what gives the AWS credentials failed"),
    FindingDefinition("aws.needs-code", "the profile asks for the code of a second factor"),
  ]
}
