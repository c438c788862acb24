import HandoffModel
import HandoffSecrets
import HandoffSystem
import HandoffText

/// Which variables the project needs, and which are set. Names only.
enum DiscoverVariables {
  static func discover(
    _ said: Configuration.Area<Configuration.Variables>, _ files: ProjectFiles
  ) -> AreaUse<VariableSettings> {
    if said == .off { return .unused(switchedOff) }
    var required: [String: Source] = [:]
    if let example = files.example {
      for name in example.content.names { required[name] = Source(.dotenv, "\(example.path): \(name)") }
    }
    for name in said.value?.required ?? [] { required[name] = Source(.configuration, "environment.required") }
    guard files.example != nil || files.unreadableExample != nil || !required.isEmpty else {
      return .unused("no .env.example names what is needed")
    }
    var present: [String: Source] = [:]
    for name in required.keys {
      present[name] = source(of: name, files)
    }
    var settings = VariableSettings(
      required: required.sorted { $0.key < $1.key }.map { Setting($0.key, $0.value) }, present: present,
      example: files.example.map { Setting($0.path, $0.source) })
    if let example = files.example {
      settings.realInExample = example.content.names.filter { name in
        example.content[name].map { ExampleValue.looksReal($0, named: name) } == true
      }
      settings.stillAsInExample = present.keys.filter { name in
        guard let value = files.environment[name] ?? files.localDotenv?[name] ?? files.dotenv?[name],
          value == example.content[name]
        else {
          return false
        }
        return ExampleValue.isPlaceholder(value)
      }
    }
    settings.realInExample.sort()
    settings.stillAsInExample.sort()
    settings.unreadableDotenv = files.unreadableDotenv ?? files.unreadableLocalDotenv
    if files.localDotenv != nil {
      settings.loaded = (files.dotenv == nil ? [] : [ProjectFiles.dotenvName]) + [ProjectFiles.localDotenvName]
    }
    settings.unreadableExample = files.unreadableExample
    return .used(settings)
  }

  /// Where a variable is set to more than blanks: in the shell, in `.env.local`, in `.env`; nil where it is not.
  private static func source(of name: String, _ files: ProjectFiles) -> Source? {
    // Where the example itself asks for blanks, they are a value.
    let blank = files.example?.content[name]
    if let value = files.environment[name], value == blank || value.contains(where: { !$0.isWhitespace }) {
      return Source(.environment, name)
    }
    for (file, content) in [
      (ProjectFiles.localDotenvName, files.localDotenv), (ProjectFiles.dotenvName, files.dotenv),
    ] {
      guard let content, content.names.contains(name) else { continue }
      let hasContent = content.hasContent(name) { files.environment[$0] != nil }
      guard hasContent || (content[name] != nil && content[name] == blank) else { continue }
      return Source(.dotenv, "\(file): \(name)")
    }
    return nil
  }
}
