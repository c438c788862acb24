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
      if files.environment[name] != nil {
        present[name] = Source(.environment, name)
      } else if files.dotenv?[name] != nil {
        present[name] = Source(.dotenv, "\(ProjectFiles.dotenvName): \(name)")
      }
    }
    var settings = VariableSettings(
      required: required.sorted { $0.key < $1.key }.map { Setting($0.key, $0.value) }, present: present,
      example: files.example.map { Setting($0.path, $0.source) })
    if let example = files.example {
      settings.realInExample = example.content.names.filter { name in
        example.content[name].map { ExampleValue.looksReal($0, named: name) } == true
      }
      settings.stillAsInExample = present.keys.filter { name in
        guard let value = files.environment[name] ?? files.dotenv?[name], value == example.content[name] else {
          return false
        }
        return ExampleValue.isPlaceholder(value)
      }
    }
    settings.realInExample.sort()
    settings.stillAsInExample.sort()
    settings.unreadableDotenv = files.unreadableDotenv
    settings.unreadableExample = files.unreadableExample
    return .used(settings)
  }
}
