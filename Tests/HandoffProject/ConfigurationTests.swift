import HandoffProject
import Testing

@Suite struct ConfigurationTests {
  @Test(
    "A mistake is told with file, line, column and what to do",
    arguments: [
      ("postgres:\n  prot: 5443\n", #"handoff.yml:2:3: unknown key "prot" in postgres; did you mean "port"?"#),
      ("projcet: x\n", #"handoff.yml:1:1: unknown key "projcet"; did you mean "project"?"#),
      ("postgres: {port: 70000}\n", "handoff.yml:1:18: postgres.port must be a whole number from 1 to 65535"),
      ("deadline: soon\n", "handoff.yml:1:11: deadline must be a number of seconds above 0 and at most 3600"),
      ("shells: [bash, fish]\n", #"handoff.yml:1:9: shells are bash and powershell, not "fish""#),
      ("handoffs: ../elsewhere\n", "handoff.yml:1:11: handoffs must be a folder inside the project"),
      ("- a\n- b\n", "handoff.yml:1:1: the file must be a mapping of keys to values"),
      (
        "postgres:\n  - {port: 1}\n  - {port: 2}\n",
        "handoff.yml:3:5: the second and further connections need a name: {name: analytics, …}"
      ),
      (
        "template: ../../etc/passwd\n",
        "handoff.yml:1:11: template is a name without path and ending, as in templates/NAME.md"
      ),
      ("git: {x: 1}\n", "handoff.yml:1:6: git can only be switched off: git: off"),
    ])
  func mistakes(text: String, message: String) {
    #expect { try ConfigurationReader.read(text) } throws: { "\($0)" == message }
  }

  @Test("YAML that cannot be parsed is told with its place")
  func notYAML() {
    #expect { try ConfigurationReader.read("aws: {profile: dev\nx: [") } throws: { error in
      "\(error)".hasPrefix("handoff.yml:") && "\(error)".contains("not valid YAML")
    }
  }

  @Test("A key that stands twice is an error")
  func duplicate() {
    #expect { try ConfigurationReader.read("project: a\nproject: b\n") } throws: { "\($0)".contains("stands twice") }
  }

  @Test(
    "An empty file, a comment and null values say nothing", arguments: ["", "# only\n", "aws:\npython: ~\n", "---\n"])
  func empty(text: String) throws {
    #expect(try ConfigurationReader.read(text) == Configuration())
  }
}
