import HandoffModel

/// What can be said of `ignore` in `handoff.yml` itself.
public enum IgnoreFindings {
  /// An entry that fits nothing.
  public static let unused = "ignore.unused"
  /// All of them.
  static let all = [FindingDefinition(unused, "nothing fits an entry of `ignore` in handoff.yml (told with `-v`)")]
}
