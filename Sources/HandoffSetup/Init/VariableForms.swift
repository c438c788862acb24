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
  let defaults: DefaultForms

  /// - Parameters:
  ///   - quoted: what stands before a string.
  ///   - plain: what stands before the name itself.
  ///   - defaults: how another value is given.
  init(quoted: [String], plain: [String] = [], braced: [String] = [], defaults: DefaultForms = DefaultForms()) {
    self.defaults = defaults
    words = quoted + plain + braced
    names =
      quoted.map { _ in .quoted } + plain.map { _ in .plain } + braced.map { _ in .braced }
    matcher = ByteMatcher(words.map { ByteMatcher.Pattern($0.utf8) })
  }

  private static let python = VariableForms(
    quoted: ["environ[", "environ.get(", "environ.pop(", "environ.setdefault(", "getenv("],
    defaults: DefaultForms(
      arguments: ["environ.get(", "environ.pop(", "environ.setdefault(", "getenv("], operators: ["or"],
      strict: ["environ[", "environ.pop("]))
  /// With a library that reads variables by functions of so common a name that it has to be seen first.
  private static let pythonWithLibrary: VariableForms = {
    let functions = [
      "env(", "env.str(", "env.bool(", "env.int(", "env.float(", "env.list(", "env.json(", "env.url(", "env.db(",
      "env.db_url(", "env.cache(", "env.path(", "env.get_value(", "config(",
    ]
    var defaults = python.defaults
    // What else stands in second place is a default in one library, and a type in another.
    defaults.keywords = Set(functions)
    defaults.strict.formUnion(functions)
    return VariableForms(quoted: python.words + functions, defaults: defaults)
  }()
  private static let pythonLibraries = [
    "environ.Env(", "from environs import", "import environs", "from decouple import",
  ]

  private static let byEnding: [String: VariableForms] = {
    let web = VariableForms(
      quoted: ["process.env[", "import.meta.env[", "Deno.env.get(", "Bun.env["],
      plain: ["process.env.", "process.env?.", "import.meta.env.", "Bun.env."],
      defaults: DefaultForms(
        operators: ["||", "??"], wraps: ["Number(", "parseInt(", "parseFloat(", "String("]))
    let ruby = VariableForms(
      quoted: ["ENV[", "ENV.fetch(", "ENV.fetch ", "ENV.key?(", "ENV.dig("],
      defaults: DefaultForms(
        arguments: ["ENV.fetch(", "ENV.fetch "], operators: ["||"], strict: ["ENV.fetch(", "ENV.fetch "],
        blocks: ["ENV.fetch(", "ENV.fetch "]))
    let java = VariableForms(
      quoted: [
        "System.getenv(", "System.getenv()[", "System.getenv().get(", "System.getenv().getOrDefault(", "sys.env(",
        "sys.env.get(", "sys.env.getOrElse(",
      ],
      defaults: DefaultForms(
        arguments: ["System.getenv().getOrDefault(", "sys.env.getOrElse("], operators: ["?:"],
        methods: ["orElse", "orElseGet", "getOrElse"], wraps: ["Optional.ofNullable(", "Option("]))
    let c = VariableForms(quoted: ["getenv(", "secure_getenv("], defaults: DefaultForms(operators: ["?:"]))
    let go = VariableForms(
      quoted: ["os.Getenv(", "os.LookupEnv("], defaults: DefaultForms(choosers: ["cmp.Or("]))
    let rust = VariableForms(
      quoted: ["env::var(", "env::var_os(", "dotenvy::var(", "dotenv::var("],
      defaults: DefaultForms(
        methods: ["unwrap_or", "unwrap_or_else", "unwrap_or_default", "map_or", "map_or_else"]))
    let swift = VariableForms(
      quoted: ["processInfo.environment[", "Environment.get(", "getenv("],
      defaults: DefaultForms(arguments: ["processInfo.environment["], operators: ["??"]))
    let php = VariableForms(
      quoted: ["getenv(", "$_ENV[", "env("],
      defaults: DefaultForms(arguments: ["env("], operators: ["?:", "??"]))
    let dotNet = VariableForms(
      quoted: ["Environment.GetEnvironmentVariable("], defaults: DefaultForms(operators: ["??"]))
    let elixir = VariableForms(
      quoted: ["System.get_env(", "System.fetch_env!(", "System.fetch_env("],
      defaults: DefaultForms(
        arguments: ["System.get_env("], operators: ["||"], strict: ["System.fetch_env!(", "System.fetch_env("]))
    let perl = VariableForms(quoted: [], braced: ["$ENV{"], defaults: DefaultForms(operators: ["//", "||"]))
    let groups: [(VariableForms, [String])] = [
      (python, ["py", "pyw", "ipynb"]),
      (web, ["js", "jsx", "ts", "tsx", "mjs", "cjs", "mts", "cts", "vue", "svelte", "astro"]),
      (ruby, ["rb", "rake", "ru", "erb", "gemspec"]),
      (go, ["go"]), (rust, ["rs"]), (swift, ["swift"]), (php, ["php"]),
      (java, ["java", "kt", "kts", "scala", "groovy", "gradle"]),
      (c, ["c", "h", "cc", "cpp", "cxx", "hh", "hpp", "m", "mm"]),
      (dotNet, ["cs", "fs", "vb"]),
      (elixir, ["ex", "exs"]), (perl, ["pl", "pm"]),
      (VariableForms(quoted: ["os.getenv("], defaults: DefaultForms(operators: ["or"])), ["lua"]),
      (VariableForms(quoted: ["Platform.environment["], defaults: DefaultForms(operators: ["??"])), ["dart"]),
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
