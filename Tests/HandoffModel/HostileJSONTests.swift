import Foundation
import HandoffModel
import HandoffTestSupport
import Testing

/// Hostile text through JSON, which `jq` reads.
@Suite struct HostileJSONTests {
  @Test func json() throws {
    var sweep = Sweep("JSON")
    let strings = HostileStrings.all
    let members = Dictionary(strings.map { ($0, JSONValue.string($0)) }) { first, _ in first }
    for text in [JSONValue.strings(strings).pretty(), JSONValue.strings(strings).canonical] {
      let folder = try TemporaryFolder(["values.json": text])
      let answer = try Witness.bytes("jq", ["-c", "map(explode)", folder.path + "/values.json"])
      let read = try JSONDecoder().decode([[UInt32]].self, from: Data(answer))
      #expect(read.count == strings.count)
      for (string, scalars) in zip(strings, read) {
        let json = JSONValue.string(string).canonical
        // Nothing in it ends the fence or the element that it stands in.
        let ends = json.unicodeScalars.contains { ["`", "<", ">"].contains($0) }
        let isSame = scalars == string.unicodeScalars.map(\.value)
        sweep.count(
          string, isSame ? HiddenCharacters.first(in: json) ?? (ends ? json : nil) : "jq reads something else")
      }
    }
    let object = try TemporaryFolder(["values.json": JSONValue.object(members).pretty()])
    let same = try Witness.bytes("jq", ["[to_entries[] | .key == .value] | all", object.path + "/values.json"])
    #expect(same == Array("true\n".utf8))
    sweep.end()
  }
}
