import HandoffSystem
import HandoffText

/// How programs of one language ask for a variable of the environment by name.
struct VariableForms: Sendable {
  /// What follows the words of a form.
  enum Name: Sendable {
    /// A string of one name alone.
    case quoted
    /// The name itself.
    case plain
    /// The name or a string of it, before a closing brace.
    case braced
  }

  let names: [Name]
  let matcher: ByteMatcher
  let words: [String]

  /// - Parameters:
  ///   - quoted: what stands before a string.
  ///   - plain: what stands before the name itself.
  init(quoted: [String], plain: [String] = [], braced: [String] = []) {
    words = quoted + plain + braced
    names =
      quoted.map { _ in .quoted } + plain.map { _ in .plain } + braced.map { _ in .braced }
    matcher = ByteMatcher(words.map { ByteMatcher.Pattern($0.utf8) })
  }

  private static let python = VariableForms(quoted: [
    "environ[", "environ.get(", "environ.pop(", "environ.setdefault(", "getenv(",
  ])
  /// With a library that reads variables by functions of so common a name that it has to be seen first.
  private static let pythonWithLibrary = VariableForms(quoted: [
    "environ[", "environ.get(", "environ.pop(", "environ.setdefault(", "getenv(", "env(", "env.str(", "env.bool(",
    "env.int(", "env.float(", "env.list(", "env.json(", "env.url(", "env.db(", "env.db_url(", "env.cache(", "env.path(",
    "env.get_value(", "config(",
  ])
  private static let pythonLibraries = [
    "environ.Env(", "from environs import", "import environs", "from decouple import",
  ]

  private static let byEnding: [String: VariableForms] = {
    let web = VariableForms(
      quoted: ["process.env[", "import.meta.env[", "Deno.env.get(", "Bun.env["],
      plain: ["process.env.", "process.env?.", "import.meta.env.", "Bun.env."])
    let ruby = VariableForms(quoted: ["ENV[", "ENV.fetch(", "ENV.fetch ", "ENV.key?(", "ENV.dig("])
    let java = VariableForms(quoted: ["System.getenv(", "System.getenv()[", "System.getenv().get(", "sys.env("])
    let c = VariableForms(quoted: ["getenv(", "secure_getenv("])
    let dotNet = VariableForms(quoted: ["Environment.GetEnvironmentVariable("])
    let elixir = VariableForms(quoted: ["System.get_env(", "System.fetch_env!(", "System.fetch_env("])
    let perl = VariableForms(quoted: [], braced: ["$ENV{"])
    let groups: [(VariableForms, [String])] = [
      (python, ["py", "pyw", "ipynb"]),
      (web, ["js", "jsx", "ts", "tsx", "mjs", "cjs", "mts", "cts", "vue", "svelte", "astro"]),
      (ruby, ["rb", "rake", "ru", "erb", "gemspec"]),
      (VariableForms(quoted: ["os.Getenv(", "os.LookupEnv("]), ["go"]),
      (VariableForms(quoted: ["env::var(", "env::var_os(", "dotenvy::var(", "dotenv::var("]), ["rs"]),
      (VariableForms(quoted: ["processInfo.environment[", "Environment.get(", "getenv("]), ["swift"]),
      (VariableForms(quoted: ["getenv(", "$_ENV[", "env("]), ["php"]),
      (java, ["java", "kt", "kts", "scala", "groovy", "gradle"]),
      (c, ["c", "h", "cc", "cpp", "cxx", "hh", "hpp", "m", "mm"]),
      (dotNet, ["cs", "fs", "vb"]),
      (elixir, ["ex", "exs"]), (perl, ["pl", "pm"]),
      (VariableForms(quoted: ["os.getenv("]), ["lua"]),
      (VariableForms(quoted: ["Platform.environment["]), ["dart"]),
    ]
    return Dictionary(groups.flatMap { forms, endings in endings.map { ($0, forms) } }) { first, _ in first }
  }()

  /// The endings of files whose language is known, in small letters.
  static let endings = Set(byEnding.keys)

  /// The forms of a file's language; nil for one that is not known.
  /// - Parameter text: what stands in it, by which some libraries are told.
  static func of(_ path: String, holding text: [UInt8]) -> VariableForms? {
    let name = PathText(path).name
    if ["Rakefile", "Gemfile", "Guardfile", "Fastfile", "database.yml", "secrets.yml"].contains(name) {
      return byEnding["rb"]
    }
    guard let dot = name.lastIndex(of: "."), let forms = byEnding[name[name.index(after: dot)...].lowercased()] else {
      return nil
    }
    guard name.hasSuffix(".py"), pythonLibraries.contains(where: { text.holds($0) }) else { return forms }
    return pythonWithLibrary
  }
}

extension [UInt8] {
  /// Whether these words of ASCII stand in the bytes.
  func holds(_ words: String) -> Bool {
    !ByteMatcher([ByteMatcher.Pattern(words.utf8)]).places(in: self).isEmpty
  }
}
