import Foundation
import HandoffModel
import HandoffSystem
import HandoffText
import Testing

@testable import HandoffProbes

@Suite struct AWSINITests {
  /// Files as people have them, and as nobody should.
  static let files: [String] = [
    "",
    "[default]\nregion = us-east-1\n",
    "[default]\r\nregion=us-east-1\r\n\r\n[profile dev]\r\nRegion : eu-west-1\r\n",
    "[default]\rregion=a\r",
    "# top\n; second\n\n[default]\n# inside\nregion = us-east-1 # not a comment\nkey = a;b\n",
    "[default] # trailing\na=1\n",
    "[a]b]\nx=1\n",
    "[profile \"with space\"]\nregion=x\n[profile 'single']\nregion=y\n[profile a\\ b]\nregion=z\n",
    "[profile \"open]\nregion=x\n",
    "[profile a b]\nx=1\n[profile]\nx=2\n[profilex dev]\nregion=odd\n",
    "[default]\ns3 =\n  max_concurrent_requests = 20\n  addressing_style=path\nregion = x\n",
    "[default]\ns3 =\n\tone = 1\n\n\ttwo = 2\nregion = x\n",
    "[default]\ns3 =\n  broken\n",
    "[default]\nkey = first\n  second\n\n  third\n\nother = 1\n",
    "[default]\n  indented = 1\n  same = 2\n    deeper\nless = 3\n",
    "[default]\nkey =\nother =   \n",
    "[default]\nkey = a = b : c\nkey2 : d = e\n",
    "[DEFAULT]\nregion = common\n[default]\noutput = json\n[profile dev]\nregion = own\n",
    "[default]\nregion = a\nregion = b\n",
    "[default]\nregion = a\nREGION = b\n",
    "[default]\na=1\n[default]\nb=2\n",
    "region = a\n[default]\n",
    "[default\nregion = a\n",
    "[]\nregion = a\n",
    "[default]\nno delimiter\nregion = a\n",
    "[default]\n= no name\n",
    "[default]\nregion = a\nbad\n[default]\n",
    "\u{feff}[default]\nregion = a\n",
    "[default]\n\u{a0}region = a\u{2003}\n",
    "[sso-session corp]\nsso_region = x\nsso_start_url = https://corp.example/start\n[services local]\nsts =\n  endpoint_url = http://localhost:1\n",
    "[plugins]\nx = y\n[preview]\ncloudsearch=true\n[foobar]\nmore=1\n",
    "[default]\nk\u{e4}y = \u{1f600}\n[profile \u{fc}ml\u{e4}ut]\nregion = \u{202e}x\n",
    "[default]\nkey = a\n\n# comment between\n  continued\n",
    "[default]\nkey = a\n  # not continued\n  continued\n",
    "[default]\nkey\u{b} = a\u{c}\n",
    "[default]\na = 1\n   [profile dev]\nb = 2\n",
  ]

  /// What botocore reads, one JSON value a file: the raw sections and the profiles, or null for one that it refuses.
  static let script = """
    import json, sys, os, tempfile
    from botocore import configloader, exceptions
    out = []
    for text in json.load(sys.stdin):
        with tempfile.NamedTemporaryFile("wb", dir=sys.argv[1]) as file:
            file.write(text.encode()); file.flush()
            try:
                raw = configloader.raw_config_parse(file.name)
                out.append({"raw": raw, "map": configloader.load_config(file.name)})
            except exceptions.ConfigParseError:
                out.append(None)
    json.dump(out, sys.stdout)
    """

  @Test(.needsAWSLab) func readsEveryFileAsBotocoreDoes() async throws {
    let home = try AWSHome()
    let tool = try AWSLab.value("AWS_CLI")
    let python = String(tool.dropLast("aws".count)) + "python"
    var files = Self.files
    // And what comes of them by cutting, doubling and swapping lines.
    var random = SystemRandomNumberGenerator()
    let lines = Self.files.flatMap { $0.split(separator: "\n", omittingEmptySubsequences: false) }.map(String.init)
    for _ in 0..<300 {
      files.append(
        (0..<Int.random(in: 1...8, using: &random)).map { _ in lines.randomElement(using: &random)! }.joined(
          separator: "\n"))
    }
    let result = await SubprocessRunner().run(
      Command(
        python, ["-I", "-c", Self.script, home.path], environment: ["LC_ALL": "C.UTF-8"],
        input: Array(JSONValue.strings(files).canonical.utf8)),
      deadline: .after(.seconds(60)))
    try #require(result.succeeded, "\(result.errorText)")
    let answers = try #require(JSONValue(parsing: result.standardOutput).array)
    try #require(answers.count == files.count)
    for (text, answer) in zip(files, answers) {
      try home.write(".aws/config", text)
      let ours = try? AWSFiles.read(home.host().environment, files: FileSystem())
      guard let ours, answer != .null else {
        #expect((ours == nil) == (answer == .null), "\(text.debugDescription)")
        continue
      }
      let profiles = JSONValue.object(ours.profiles.mapValues { json($0.config ?? [:]) })
      #expect(profiles == answer["map"]?["profiles"], "\(text.debugDescription)")
      #expect(.object(ours.ssoSessions.mapValues(json)) == answer["map"]?["sso_sessions"], "\(text.debugDescription)")
      #expect(.object(ours.services.mapValues(json)) == answer["map"]?["services"], "\(text.debugDescription)")
      try home.write(".aws/config", "")
      try home.write(".aws/credentials", text)
      let credentials = try AWSFiles.read(home.host().environment, files: FileSystem())
      let raw = JSONValue.object(credentials.profiles.mapValues { json($0.credentials ?? [:]) })
      #expect(raw == answer["raw"], "\(text.debugDescription)")
      try home.write(".aws/credentials", "")
    }
  }

  private func json(_ section: AWSFiles.Section) -> JSONValue {
    .object(
      section.mapValues { value in
        switch value {
        case .text(let text): .string(text)
        case .block(let members): .object(members.mapValues(JSONValue.string))
        }
      })
  }

  @Test(arguments: [
    ("region = a\n", 1, INIFile.Mistake.Reason.noSection),
    ("[default]\n\nregion\n", 3, .notAnOption),
    ("[default]\na=1\n# c\n[default]\n", 4, .sectionTwice),
    ("[default]\na=1\nb=2\nA=3\n", 4, .optionTwice),
  ])
  func namesTheLineOfAMistake(text: String, line: Int, reason: INIFile.Mistake.Reason) {
    #expect(throws: INIFile.Mistake(line: line, reason: reason)) { try INIFile(Array(text.utf8)) }
  }

  @Test func namesTheLineOfABadByte() {
    #expect(throws: INIFile.Mistake(line: 2, reason: .notUTF8)) {
      try INIFile(Array("[default]\na=".utf8) + [0xff, 0x0a])
    }
  }

  @Test func looksWhereTheVariablesSay() throws {
    let home = try AWSHome()
    try home.write("elsewhere/conf", "[profile dev]\nregion = a\n")
    home.variables["PLACE"] = "elsewhere"
    for path in ["~/elsewhere/conf", "$HOME/elsewhere/conf", "${HOME}/$PLACE/conf", home.path + "/elsewhere/conf"] {
      home.variables["AWS_CONFIG_FILE"] = path
      let files = try AWSFiles.read(home.host().environment, files: FileSystem())
      #expect(files.profiles["dev"]?["region"] == "a", "\(path)")
    }
    home.variables["AWS_CONFIG_FILE"] = "/dev/zero"
    #expect(try AWSFiles.read(home.host().environment, files: FileSystem()).profiles.isEmpty)
  }
}
