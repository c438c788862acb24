/// The templates that are compiled into the program.
public enum BuiltInTemplates {
  /// The text of a template by its name, which is its file's name without `.md`; nil when there is none of that name.
  public static func text(named name: String) -> String? {
    switch name {
    case "session-handoff": String(decoding: PackageResources.session_handoff_md, as: UTF8.self)
    default: nil
    }
  }
}
