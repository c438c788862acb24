import HandoffModel
import HandoffSystem
import HandoffText

/// Whether the project uses AWS. `~/.aws` alone does not count: it would publish an account that has nothing to do with
/// the project.
enum DiscoverAWS {
  /// Variables that say so when they are set in the process.
  private static let set = [
    "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ROLE_ARN",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_WEB_IDENTITY_TOKEN_FILE",
  ]
  /// What a manifest holds when the project depends on an AWS SDK.
  private static let dependencies = [
    "boto3", "botocore", "aiobotocore", "aws-sdk", "aws_sdk", "@aws-sdk/", "aws-cdk", "software.amazon.awssdk",
    "aws-lambda", "soto-project",
  ]

  static func discover(_ said: Configuration.Area<Configuration.AWS>, _ files: ProjectFiles) -> AreaUse<AWSSettings> {
    if said == .off { return .unused(switchedOff) }
    var settings = AWSSettings()
    settings.profile = said.value?.profile.map { Setting($0, Source(.configuration, "aws.profile")) }
    settings.region = said.value?.region.map { Setting($0, Source(.configuration, "aws.region")) }
    if files.dotenv?.names.contains("AWS_ACCESS_KEY_ID") == true { settings.dotenvFiles = [ProjectFiles.dotenvName] }
    if said.value != nil { return .used(settings) }
    let names =
      set
      + ((files.dotenv?.names ?? []) + (files.example?.content.names ?? [])).filter(AWSSettings.isNaming)
    if names.contains(where: { files.namedAt($0) != nil }) { return .used(settings) }
    if files.manifests.contains(where: { manifest in dependencies.contains { manifest.text.contains($0) } }) {
      return .used(settings)
    }
    let unreadable = files.unreadableVariables + files.unreadableManifests
    if !unreadable.isEmpty { return .undecided(unreadable) }
    return .unused("no AWS variable is set or named in .env, and no AWS SDK is used")
  }

  /// An entry after the first: it is what it says, whatever the variables are.
  static func further(_ said: Configuration.AWS) -> AWSSettings? {
    guard let name = said.name else { return nil }
    var settings = AWSSettings(
      profile: said.profile.map { Setting($0, Source(.configuration, "aws[\(name)].profile")) },
      region: said.region.map { Setting($0, Source(.configuration, "aws[\(name)].region")) })
    settings.name = name
    return settings
  }
}

extension AWSSettings {
  /// Whether a variable that `.env` or the file of examples names says that the project uses AWS.
  public static func isNaming(_ name: String) -> Bool {
    name.hasPrefix("AWS_") && name != "AWS_CA_BUNDLE" && !name.hasPrefix("AWS_ENDPOINT")
  }
}
