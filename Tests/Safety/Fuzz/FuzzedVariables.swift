import HandoffProject
import HandoffSecrets

@testable import HandoffSetup

/// What `handoff init` reads variables out of: programs of each language, scripts, templates and dotenv files; and the file
/// of examples that it writes of what it found. The first line chooses, as the path of a file.
enum FuzzedVariables: FuzzedParser {
  static func parse(_ input: [UInt8]) {
    let path = String(decoding: input.prefix { $0 != 0x0a }, as: UTF8.self)
    let bytes = Array(input.drop { $0 != 0x0a }.dropFirst())
    let found = found(in: bytes, at: path)
    let words = words(of: bytes)
    // A carriage return alone ends a line of `.env`, too.
    let lines = bytes.count { $0 == 0x0a || $0 == 0x0d } + 1
    hold(found.count <= bytes.count, "no more is found than stands there")
    for name in found {
      hold(Dotenv.isName(name.name), "a name is one")
      hold(words.contains(name.name), "a name stands in the text as a word: \(name.name)")
      hold((1...lines).contains(name.line), "a line is one of the text's")
    }
    let variables = Dictionary(grouping: found, by: \.name).map { name, uses in
      UsedVariable(
        name: name, places: uses.map { VariablePlace("app", line: $0.line) }, hasDefault: uses.allSatisfy(\.hasDefault))
    }
    check(variables, words)
  }

  /// What is written holds each name once, no value of the text, and nothing that looks like a secret.
  private static func check(_ variables: [UsedVariable], _ words: Set<String>) {
    let (text, leftOut) = ExampleText.whole(variables) { scanner.scan($0).isEmpty }
    hold(scanner.scan(text).isEmpty, "what is written holds nothing that looks like a secret")
    let example = Dotenv(text)
    let asked = Set(variables.filter { !$0.hasDefault }.map(\.name))
    hold(asked.isSuperset(of: example.names), "only what has no default is asked for")
    let written = variables.count { text.contains("\n\($0.name)=") || text.contains("\n# \($0.name)=") }
    hold(written + leftOut == variables.count, "each name is written, or left out")
    for name in example.names {
      hold([nil, ExampleText.placeholder].contains(example[name]), "a value is a placeholder")
    }
    // Read again, it names what it asks for.
    hold(Set(TemplatedText.dotenv(text).map(\.name)) == Set(example.names), "what is written is read again as it is")
  }

  private static let scanner = SecretScanner()

  private static func found(in bytes: [UInt8], at path: String) -> [NamedLine] {
    switch path {
    case "compose.yml": return TemplatedText.names(in: bytes, isCompose: true)
    case "application.yml": return TemplatedText.names(in: bytes, isCompose: false)
    case "script.ps1": return TemplatedText.powershell(bytes)
    case "script.sh": return ShellScript(bytes).found
    case ".env": return TemplatedText.dotenv(String(decoding: bytes, as: UTF8.self))
    default: return VariableForms.of(path, holding: bytes).map { SourceReader(bytes, $0).found } ?? []
    }
  }

  /// The words of ASCII in a text, found apart from what the readers do.
  private static func words(of bytes: [UInt8]) -> Set<String> {
    Set(
      bytes.split { !($0 == 0x5f || $0 >= 0x30 && $0 <= 0x39 || $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7a) }
        .map { String(decoding: $0, as: UTF8.self) })
  }
}
