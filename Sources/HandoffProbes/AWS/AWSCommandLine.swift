import HandoffModel
import HandoffProject
import HandoffSystem

/// `aws sts get-caller-identity`, for credentials that only the AWS CLI can get.
struct AWSCommandLine: Sendable {
  let configuration: AWSConfiguration

  /// The variables of the AWS CLI's process: this process's, as a program that gives credentials may need any of them,
  /// without those that would have Python load a project's code or break, or that have the AWS CLI ask, page or repeat.
  var environment: [String: String] {
    var variables = configuration.environment.variables.filter { !$0.key.hasPrefix("PYTHON") }
    variables["AWS_PAGER"] = ""
    variables["AWS_CLI_AUTO_PROMPT"] = "off"
    variables["AWS_MAX_ATTEMPTS"] = "1"
    // One profile for every version of the AWS CLI; they look at the two variables in different orders.
    variables["AWS_DEFAULT_PROFILE"] = nil
    variables["AWS_PROFILE"] = configuration.isExplicit ? nil : configuration.profile?.value
    return variables
  }

  /// The arguments of the AWS CLI.
  var arguments: [String] {
    var words = ["sts", "get-caller-identity", "--output", "json"]
    if configuration.isExplicit, let profile = configuration.profile { words += ["--profile", profile.value] }
    if let region = configuration.region?.value {
      words += ["--region", region]
    } else if configuration.endpoint?.isCustom == true {
      words += ["--region", configuration.endpoint?.signingRegion ?? "us-east-1"]
    }
    return words
  }

  /// Whether the AWS CLI here is of version 1, which says `aws-cli/1.…`, in its older versions on standard error.
  static func isVersionOne(_ host: Host, deadline: Deadline) async -> Bool {
    let profiles = Set(AWSConfiguration.profileVariables)
    let environment = host.environment.variables.filter {
      !$0.key.hasPrefix("PYTHON") && !profiles.contains($0.key)
    }
    let command = Command(
      "aws", ["--version"], environment: environment, workingDirectory: host.workingDirectory, outputLimit: 1 << 12,
      keepsDaemons: true)
    let result = await host.commands.run(command, deadline: deadline)
    return result.succeeded && (result.text.hasPrefix("aws-cli/1.") || result.errorText.hasPrefix("aws-cli/1."))
  }

  /// How long before the deadline the AWS CLI is ended, as ending it takes a moment.
  private static let reserve = Duration.milliseconds(300)

  /// Has the AWS CLI ask who we are.
  func ask(_ host: Host, deadline: Deadline) async throws(AWSFailure) -> AWSIdentity {
    let command = Command(
      "aws", arguments, environment: environment, workingDirectory: host.workingDirectory, outputLimit: 1 << 18,
      keepsDaemons: true)
    let result = await host.commands.run(command, deadline: Deadline(instant: deadline.instant - Self.reserve))
    switch result.outcome {
    case .exited(0):
      guard case .identity(let identity)? = STSAnswer(result.standardOutput) else { throw .unexpectedAnswer(.garbage) }
      return identity
    case .exited(let status): throw ofHelper(Self.failure(result.errorText, status: status), status)
    case .signalled(let number): throw .unexpectedAnswer(.commandLine("ended by signal \(number)"))
    case .timedOut: throw .timedOut
    case .tooMuchOutput: throw .unexpectedAnswer(.garbage)
    case .notFound, .notPermitted: throw .commandLineMissing
    case .failedToStart, .prevented: throw .unexpectedAnswer(.commandLine("could not be started"))
    }
  }

  /// A failure that is the helper's, though the AWS CLI does not say so.
  private func ofHelper(_ failure: AWSFailure, _ status: Int) -> AWSFailure {
    switch (failure, configuration.credentials.kind) {
    // What a credential_process printed goes through the AWS CLI's parsers, whose complaints come with these statuses.
    case (.unexpectedAnswer(.commandLine), .process?) where [253, 255].contains(status): .helperFailed
    // That the metadata service did not answer is no reason for the AWS CLI to complain.
    case (.noCredentials, .instance?): .helperFailed
    default: failure
    }
  }

  /// The cause that the AWS CLI's complaint tells; the complaints are those of botocore's `exceptions.py`.
  static func failure(_ text: String, status: Int) -> AWSFailure {
    // What follows is a program's own complaint, and may be anything, unless the environment's keys were looked for.
    if let words = text.firstRange(of: "Error when retrieving credentials from") {
      return text[words.upperBound...].hasPrefix(" Environment:") ? .noCredentials : .helperFailed
    }
    if let error = occurred(text) {
      let operation = error.operation == "GetCallerIdentity" ? nil : error.operation
      return AWSFailure(code: error.code, message: text, skew: nil, operation: operation)
    }
    for (words, failure) in complaints where text.contains(words) { return failure }
    if text.contains("The config profile ("), text.contains(") could not be found") { return .profileMissing }
    return .unexpectedAnswer(.commandLine("exit \(status)"))
  }

  /// What is looked for in the AWS CLI's complaint, and what it means.
  private static let complaints: [(String, AWSFailure)] = [
    ("Enter MFA code for", .needsCode),
    ("MFA token required", .needsCode),
    ("The SSO session associated with this profile has expired", .expired),
    ("Token has expired and refresh failed", .expired),
    ("the refreshed credentials are still expired", .expired),
    ("Your session has expired or credentials have changed", .expired),
    ("Error loading SSO Token", .notLoggedIn),
    ("Error loading login session token", .notLoggedIn),
    ("Unable to load a existing login session", .notLoggedIn),
    ("Unable to locate credentials", .noCredentials),
    ("Partial credentials found in", .partialCredentials),
    ("Unable to parse config file", .malformedConfiguration),
    ("Could not connect to the endpoint URL", .unreachable(.other)),
    ("Failed to connect to proxy URL", .unreachable(.other)),
    ("Connect timeout on endpoint URL", .timedOut),
    ("Read timeout on endpoint URL", .timedOut),
    ("SSL validation failed", .tls),
    ("Connection was closed before we received a valid response", .unexpectedAnswer(.garbage)),
    ("Unable to parse response", .unexpectedAnswer(.garbage)),
    ("The source_profile \"", .invalidConfiguration),
    ("Infinite loop in credential configuration", .invalidConfiguration),
    ("contains both source_profile and credential_source", .invalidConfiguration),
    ("is configured to use SSO but is missing required configuration", .invalidConfiguration),
    ("sso-session does not exist", .invalidConfiguration),
    ("sso_session configuration does not exist", .invalidConfiguration),
    ("services configuration does not exist", .invalidConfiguration),
    ("must have credentials", .invalidConfiguration),
    ("has no role ARN configured", .invalidConfiguration),
    ("is inconsistent between profile", .invalidConfiguration),
  ]

  /// `An error occurred (CODE) when calling the OPERATION operation`.
  private static func occurred(_ text: String) -> (code: String, operation: String)? {
    guard let start = text.firstRange(of: "An error occurred ("), case let rest = text[start.upperBound...],
      let middle = rest.firstRange(of: ") when calling the "),
      let end = rest[middle.upperBound...].firstRange(of: " operation")
    else { return nil }
    let operation = rest[middle.upperBound..<end.lowerBound]
    guard operation.utf8.count <= 64, operation.utf8.allSatisfy({ (0x61...0x7a).contains($0 | 0x20) }) else {
      return nil
    }
    return (String(rest[..<middle.lowerBound]), String(operation))
  }
}
