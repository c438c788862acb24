@testable import HandoffProbes

/// The settings of the tools that migrate: INI files as Python reads them, properties as Java does, git's configuration,
/// and Python source, of which revisions and Django's settings are assignments.
enum FuzzedSettings: FuzzedParser {
  static func parse(_ input: [UInt8]) {
    let text = text(input)
    for rules in [SettingsText.Rules.python, .java, .git] {
      let settings = SettingsText(text, rules)
      hold(Set(settings.sections).count == settings.sections.count, "a section stands once")
      for section in settings.sections {
        for key in settings.all(in: section).keys {
          hold(rules == .git ? !key.isEmpty : true, "a key of git's has a name")
          hold(settings[section, key] != nil, "a key has a value")
        }
      }
    }
    if let revision = AlembicRevision(text) {
      hold(text.contains(revision.id), "a revision stands in its file")
      hold(revision.parents.allSatisfy(text.contains), "what a revision follows stands in its file")
    }
    if let table = AlembicOptions.versionTable(text) { hold(text.contains(table), "a table's name stands in the file") }
    var found = 0
    for (name, value, _) in DjangoSettings.assignments(in: text) {
      found += 1
      hold(!name.isEmpty && value.utf8.count <= text.utf8.count, "what is assigned stands in the file")
    }
    hold(found <= text.utf8.count, "an assignment takes some text")
    _ = SqitchPlan.changes(in: text)
  }
}
