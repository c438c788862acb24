import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

extension AWSFindings {
  /// The finding for a failure.
  func failure(_ failure: AWSFailure) -> Finding {
    switch failure {
    case .noCredentials: noCredentials()
    case .profileMissing: profileMissing()
    case .partialCredentials: partial(missing: nil)
    case .unknownKey:
      finding("aws.unknown-key", .failure, unknownKey, restore)
    case .wrongSecret:
      finding("aws.wrong-secret", .failure, "the secret access key is not the one of the access key\(origin)", restore)
    case .expired:
      finding("aws.expired", .failure, expired, restore)
    case .notLoggedIn:
      finding("aws.no-credentials", .failure, "nobody is logged in to the session of profile \(profile)", restore)
    case .clockSkew(let seconds): clockSkew(seconds)
    case .accessDenied(let operation):
      finding("aws.access-denied", .failure, denied(operation), asRecorded)
    case .invalidConfiguration:
      finding(
        "aws.invalid-config", .failure, "profile \(profile) is configured in a way that the AWS CLI refuses",
        asRecorded + [Remedy(setup.configure, "configure the profile again")])
    case .malformedConfiguration:
      finding("aws.malformed-config", .failure, "the AWS CLI cannot parse its configuration", [])
    case .unreachable(let reason):
      // Who is there and refuses has said no; what else keeps us from there says nothing.
      reason == .refused
        ? finding("aws.unreachable", .failure, unreachable(reason), asRecorded)
        : finding("aws.unreachable", .unknown, unreachable(reason), [])
    case .tls:
      untrusted()
    case .timedOut:
      finding("aws.timeout", .unknown, "no answer from \(server)\(orHelper) in time", asRecorded)
    case .unexpectedAnswer(let oddity):
      finding("aws.unexpected-answer", .unknown, odd(oddity), [])
    case .commandLineMissing:
      finding(
        "aws.cli-missing", .unknown, "the AWS CLI is needed for the credentials\(origin), and is not here",
        asRecorded + Installation.remedies(of: .aws, host))
    case .helperFailed:
      finding("aws.helper-failed", .unknown, helper, asRecorded)
    case .needsCode:
      finding(
        "aws.needs-code", .unknown, "profile \(profile) asks for the code of a second factor, which only you can type",
        asRecorded)
    }
  }

  /// What selects the recorded profile and region again, where others are selected.
  var asRecorded: [Remedy] { setup.isRecorded ? setup.restore([.profile, .region]) : [] }

  private func untrusted() -> Finding {
    if let path = configuration?.authorities, host.files.kind(of: absolute(path)) == nil {
      let variable = configuration?.environment["AWS_CA_BUNDLE"] != nil
      let place: Message = variable ? "AWS_CA_BUNDLE" : "ca_bundle of profile \(profile)"
      return finding(
        "aws.tls", .unknown,
        "\(server) could not be asked: \(place) names \(Untrusted(shown(path))), which is not there",
        variable ? [Remedy(.unset("AWS_CA_BUNDLE"), "use the system's certificate authorities")] : [])
    }
    return finding(
      "aws.tls", .unknown, "\(server) could not be asked: its TLS certificate is not trusted\(trusted)",
      [Remedy(.export("AWS_CA_BUNDLE", "..."), "name the file of the certificate authority")])
  }

  /// Who else may be what did not answer.
  private var orHelper: Message {
    switch kind {
    case .process: ", or from the program that profile \(profile) names as credential_process,"
    case .container: ", or from the container's credential endpoint,"
    case .instance: ", or from the instance metadata service,"
    case .sso, .login: ", or from single sign-on,"
    default: Message()
    }
  }

  var restore: [Remedy] {
    guard kind == .assumeRole, setup.kind == .assumeRole, let configuration,
      let source = configuration.files.profiles[configuration.profileName]?["source_profile"]
    else { return setup.restore }
    let words = ["aws", "configure"] + (source == "default" ? [] : ["--profile", source])
    return setup.restore + [Remedy(.run(words), "write the credentials that the role is assumed with")]
  }

  /// " from the environment variable …", or nothing.
  var origin: Message { (configuration?.credentials.source).map { " from \($0.message)" } ?? Message() }

  private var trusted: Message {
    guard let path = configuration?.authorities else { return Message() }
    return " by the authorities in \(Untrusted(shown(path)))"
  }

  private func noCredentials() -> Finding {
    var message: Message = "no credentials in this shell"
    if configuration?.environment["AWS_SECRET_ACCESS_KEY"] != nil,
      configuration?.environment["AWS_ACCESS_KEY_ID"] == nil
    {
      message = "no credentials in this shell: AWS_SECRET_ACCESS_KEY is set and AWS_ACCESS_KEY_ID is not"
    } else if let configuration, configuration.assumesWithKeys(configuration.profileName) {
      message =
        "no credentials in this shell: profile \(profile) assumes its role with AWS_ACCESS_KEY_ID, which is not set"
    } else if configuration?.profile != nil {
      message = "no credentials in this shell: profile \(profile) has none"
    }
    return finding(
      "aws.no-credentials", .failure, "\(message)\(absentFiles.message)",
      absentFiles.remedies + setup.restore)
  }

  /// Variables that name a file which is not there.
  private var absentFiles: (message: Message, remedies: [Remedy]) {
    let absent = configuration?.files.absent ?? []
    let parts = absent.map { variable, path -> Message in
      "; \(Untrusted(variable)) names \(Untrusted(shown(path))), which is not there"
    }
    let message = Message.joined(parts, separator: "")
    return (message, absent.map { Remedy(.unset($0.variable), "use the file in ~/.aws") })
  }

  /// The profile that was named is in neither file.
  private func profileMissing() -> Finding {
    guard let configuration, let named = configuration.profile else {
      return finding(
        "aws.profile-missing", .failure, "the profile does not exist", setup.restore, facts: Self.everything)
    }
    let message: Message =
      named.value.isEmpty
      ? "\(named.source.message) is set and empty, which the AWS CLI takes for the name of a profile"
      : "profile \(Untrusted(named.value)) does not exist; it is named by \(named.source.message)\(absentFiles.message)"
    var remedies: [Remedy] = absentFiles.remedies
    if setup.isRecorded, setup.profile?.value != named.value {
      let hasKeys = setup.kind != .environment || configuration.environment["AWS_ACCESS_KEY_ID"] != nil
      remedies += setup.restore(hasKeys ? [.profile, .region] : .all)
    }
    if !named.value.isEmpty {
      remedies.append(Remedy(.run("aws", "configure", "--profile", named.value), "make the profile"))
    }
    if named.source.kind == .environment {
      let variable = named.source.detail == "AWS_DEFAULT_PROFILE" ? "AWS_DEFAULT_PROFILE" : "AWS_PROFILE"
      remedies.append(Remedy(.unset(variable), "use the default profile"))
    }
    return finding("aws.profile-missing", .failure, message, remedies, facts: Self.everything)
  }

  /// The profile whose credentials a role is assumed with does not exist.
  func sourceProfileMissing(_ name: String) -> Finding {
    finding(
      "aws.profile-missing", .failure,
      "profile \(Untrusted(name)) does not exist; profile \(profile) names it as its source_profile",
      [Remedy(.run("aws", "configure", "--profile", name), "make the profile")])
  }

  /// A line end or the like stands in the credentials, so that they cannot be sent.
  func unsendable() -> Finding {
    finding(
      "aws.malformed-credentials", .failure,
      "the credentials\(origin) hold a line end or another control character, as of a file with Windows line ends",
      restore)
  }

  /// A key without its secret.
  func partial(missing: String?) -> Finding {
    let missing = missing.map { "\(Untrusted($0)) is missing" as Message } ?? "a part is missing"
    var remedies = setup.restore
    if kind == .environment {
      remedies.append(Remedy(.export("AWS_SECRET_ACCESS_KEY", "..."), "set the secret"))
      remedies.append(Remedy(.unset("AWS_ACCESS_KEY_ID"), "use a profile"))
    } else if kind == .sharedCredentialsFile || kind == .configFile {
      remedies.append(Remedy(setup.configure, "write the profile's credentials"))
    }
    return finding("aws.partial-credentials", .failure, "incomplete credentials\(origin): \(missing)", remedies)
  }

  private var unknownKey: Message {
    if case .keys(let keys, _, _)? = configuration?.credentials, keys.lacksToken {
      return "AWS does not know the access key\(origin): it is a temporary one, and its session token is missing"
    }
    return "AWS does not know the access key\(origin)"
  }

  private var expired: Message {
    switch kind {
    case .sso, .login: "the login of profile \(profile) has expired"
    default: "the credentials\(origin) have expired"
    }
  }

  private func clockSkew(_ seconds: Int?) -> Finding {
    let by: Message =
      switch seconds {
      case let seconds? where seconds > 0: "is \(seconds) s behind that of \(server)"
      case let seconds? where seconds < 0: "is \(-seconds) s ahead of that of \(server)"
      default: "is too far from that of \(server)"
      }
    #if os(macOS)
      let set = ShellCommand(bash: "sudo sntp -sS time.apple.com", powershell: "w32tm /resync")
    #else
      let set = ShellCommand(bash: "sudo timedatectl set-ntp true", powershell: "w32tm /resync")
    #endif
    return finding(
      "aws.clock-skew", .failure, "AWS refuses the signature because this machine's clock \(by)",
      [Remedy(set, "set the clock from the network")])
  }

  private func denied(_ operation: String?) -> Message {
    guard let operation else { return "AWS knows the credentials\(origin) and denies access" }
    return "AWS denies \(Untrusted(operation)) to the credentials\(origin)"
  }

  private func unreachable(_ reason: AWSFailure.Unreachable) -> Message {
    switch reason {
    case .name: "\(server) could not be asked: its name is not resolved"
    case .refused: "\(server) could not be asked: the connection is refused"
    case .route: "\(server) could not be asked: there is no route to it"
    case .library: "\(server) could not be asked: \(Untrusted(HTTPError.libraryAdvice))"
    case .other: "\(server) could not be asked"
    }
  }

  private func odd(_ oddity: AWSFailure.Oddity) -> Message {
    switch oddity {
    case .redirect(let status): "\(server) answers with a redirection (\(status)), as a captive portal does"
    case .serverError(let status): "\(server) answers with an error of its own (\(status))"
    case .throttled: "\(server) asks for less requests"
    case .code(let code): "\(server) answers with the error \(Untrusted(code))"
    case .status(let status): "\(server) answers with the status \(status) and nothing that STS says"
    case .garbage: "\(server) answers something else than STS does"
    case .commandLine(let how): "the AWS CLI failed in an unknown way (\(Untrusted(how)))"
    }
  }

  private var helper: Message {
    switch kind {
    case .process: "the program that profile \(profile) names as credential_process failed, or gave no credentials"
    case .container: "the container's credential endpoint gave no credentials"
    case .instance: "the instance metadata service gave no credentials"
    default: "the helper that gives the credentials\(origin) failed"
    }
  }
}
