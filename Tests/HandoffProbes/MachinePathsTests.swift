import HandoffModel
import HandoffText
import Testing

@testable import HandoffProbes

/// What stands in a document names no folder of the machine that wrote it.
@Suite struct MachinePathsTests {
  let paths = MachinePaths(root: "/srv/work/shop", home: "/srv/work")

  @Test(
    "The project's folder goes, the home folder becomes ~, and names that only begin so stay",
    arguments: [
      ("/srv/work/shop", "."), ("/srv/work/shop/a/b.yml", "a/b.yml"), ("/srv/work/x", "~/x"), ("/srv/work", "~"),
      ("/srv/work/shop2/a", "~/shop2/a"), ("/srv/workshop/a", "/srv/workshop/a"), ("x/srv/work/a", "x/srv/work/a"),
      ("bad config line 1 in file /srv/work/.gitconfig", "bad config line 1 in file ~/.gitconfig"),
      ("'/srv/work/shop/a': no", "'a': no"), ("/srv/work/shop/", "./"), ("ü/srv/work/a", "ü/srv/work/a"),
      ("a:/srv/work/shop/b:/srv/work/c", "a:b:~/c"), ("", ""), ("/etc/hosts", "/etc/hosts"),
    ])
  func texts(text: String, shown: String) {
    #expect(paths.hidden(in: text) == shown)
  }

  @Test("Messages, descriptions and sources are looked through; values and commands stay as they are")
  func observations() {
    let source = Source(.compose, "/srv/work/shop/compose.yml: web")
    let command = ShellCommand.run("ls", "/srv/work/shop")
    let hidden = paths.hidden(
      in: Observation(
        probe: "docker", facts: [Fact("docker.endpoint", .state, .string("/srv/work/x.sock"), source: source)],
        findings: [
          Finding(
            "docker.no-engine", .failure, "no \(Untrusted("/srv/work/x.sock"))",
            remedies: [Remedy(command, "look at \(Untrusted("/srv/work/shop/a"))")])
        ], summary: "\(Untrusted("/srv/work/shop"))", setup: [GuideStep(command, "go to \(Untrusted("/srv/work"))")]))
    #expect(hidden.facts.first?.value == .string("/srv/work/x.sock"))
    #expect(hidden.facts.first?.source.detail == "compose.yml: web")
    #expect(hidden.findings.first?.message.plain == "no ~/x.sock")
    #expect(hidden.findings.first?.remedies.first == Remedy(command, "look at \(Untrusted("a"))"))
    #expect(hidden.summary.plain == ".")
    #expect(hidden.setup == [GuideStep(command, "go to \(Untrusted("~"))")])
  }
}
