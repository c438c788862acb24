import Foundation
import HandoffModel
import HandoffProject
import HandoffTestSupport
import Testing

/// Hostile text through entries of `handoff.yml`, which the tool reads itself, and PyYAML.
@Suite struct HostileYAMLTests {
  private static func rule(_ text: String) -> IgnoreRule { IgnoreRule(fact: "a.b[\(text)]", reason: "why: \(text)") }

  @Test func yaml() throws {
    var sweep = Sweep("YAML, read by Yams")
    for text in HostileStrings.all {
      let rule = Self.rule(text)
      let new: String
      do {
        new = try IgnoreWriter("project: x\n").adding([rule])
      } catch {
        // What handoff.yml may not hold: a name of two lines, and NUL.
        sweep.count(text, text.contains { $0.isNewline || $0 == "\0" } ? nil : "was refused: \(error)")
        continue
      }
      let read = try TemporaryProject(["handoff.yml": new]).discover().ignore
      // Swift takes canonically equivalent text for equal.
      let isSame =
        read.map { Array($0.reason.utf8) } == [Array(rule.reason.utf8)]
        && read.first?.fact?.unicodeScalars.elementsEqual(rule.fact?.unicodeScalars ?? "".unicodeScalars) == true
      sweep.count(text, isSame ? HiddenCharacters.first(in: new, allowed: ["\n"]) : "read as \(read)")
    }
    sweep.end()
  }

  @Test(Lab.needs("python", "TOOLS")) func yamlReadByPython() throws {
    var sweep = Sweep("YAML, read by PyYAML")
    let strings = HostileStrings.all
    let folder = try TemporaryFolder([
      "entries.yml": strings.map { "- " + IgnoreWriter.entry(Self.rule($0)) + "\n" }.joined()
    ])
    let script =
      "import json, sys, yaml; print(json.dumps([[ord(c) for c in e['reason']] for e in yaml.safe_load(open(sys.argv[1], encoding='utf-8'))]))"
    let answer = try Witness.bytes(Lab.value("TOOLS") + "/bin/python", ["-c", script, folder.path + "/entries.yml"])
    let read = try JSONDecoder().decode([[UInt32]].self, from: Data(answer))
    #expect(read.count == strings.count)
    for (text, scalars) in zip(strings, read) {
      sweep.count(
        text, scalars == Self.rule(text).reason.unicodeScalars.map(\.value) ? nil : "PyYAML reads something else")
    }
    sweep.end()
  }
}
