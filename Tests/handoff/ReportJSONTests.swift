import HandoffModel
import HandoffSecrets
import Testing

@testable import handoff

/// What is left out of a report as JSON: text from the world, and never a key or an id.
@Suite struct ReportJSONTests {
  private static func redacted(_ text: String, _ secrets: String...) -> String {
    ReportJSON(text).redacted(SecretScanner(known: secrets.map { KnownSecret(exactly: $0, name: "it") })).text
  }

  @Test(
    "Keys, ids and words from closed lists stay; values, members and what is said do not",
    arguments: [
      (
        #"{"changes":[{"fact":"changes.x[changes]","message":"changes"}]}"#, "changes",
        #"{"changes":[{"fact":"changes.x[***]","message":"***"}]}"#
      ),
      (
        #"{"facts":[{"id":"python.packages","value":{"packages":"packages"}}]}"#, "packages",
        #"{"facts":[{"id":"python.packages","value":{"***":"***"}}]}"#
      ),
      (
        #"{"expected":{"name":"expected"},"changes":[{"expected":["expected"],"actual":{"expected":1}}]}"#, "expected",
        #"{"expected":{"name":"***"},"changes":[{"expected":["***"],"actual":{"***":1}}]}"#
      ),
      (
        #"{"status":"failure","severity":"failure","reason":"a failure"}"#, "failure",
        #"{"status":"failure","severity":"failure","reason":"a ***"}"#
      ),
      (#"{"id":"a.b","value":"x \" sec\\ret y"}"#, #"sec\ret"#, #"{"id":"a.b","value":"x \" *** y"}"#),
    ])
  func kept(text: String, secret: String, expected: String) throws {
    #expect(Self.redacted(text, secret) == expected)
  }

  @Test("What spans members is left out of each of them, and it stays JSON")
  func spanning() throws {
    let text = #"{"facts":[{"id":"a.b","value":["one","twofold","three"]},{"id":"a.c[m]","value":"last"}]}"#
    #expect(
      Self.redacted(text, #"ne","twof"#)
        == #"{"facts":[{"id":"a.b","value":["***","***","three"]},{"id":"a.c[m]","value":"last"}]}"#)
    #expect(Self.redacted(text, #"},{"id":"a"#) == text)
    #expect(
      Self.redacted(text, #"m]","value":"la"#) == text.replacing("[m]", with: "[***]").replacing("last", with: "***"))
  }

  @Test("Of a string with a secret in it, what is another only by what stands around the string is left out, too")
  func besides() {
    let text = #"{"facts":[{"id":"a.b","value":["one and first","twofold","three"]}]}"#
    #expect(
      Self.redacted(text, "one", #"first","twof"#) == #"{"facts":[{"id":"a.b","value":["***","***","three"]}]}"#)
  }
}
