import Foundation
import HandoffModel
import HandoffSystem
import HandoffText
import Testing

@testable import HandoffProbes

@Suite struct AWSAnswerTests {
  static let good = """
    <GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
      <GetCallerIdentityResult>
        <Arn>arn:aws:sts::123456789012:assumed-role/a&amp;b&#x63;/session</Arn>
        <UserId>AROA:session</UserId>
        <Account>123456789012</Account>
      </GetCallerIdentityResult>
      <ResponseMetadata><RequestId>01234567</RequestId></ResponseMetadata>
    </GetCallerIdentityResponse>
    """
  static let identity = AWSIdentity(account: "123456789012", arn: "arn:aws:sts::123456789012:assumed-role/a&bc/other")

  @Test func readsXML() throws {
    #expect(STSAnswer(Array(Self.good.utf8)) == .identity(try #require(Self.identity)))
    let prefixed =
      "<?xml version=\"1.0\"?>\n<!-- c --><s:ErrorResponse xmlns:s='x'><s:Error><s:Code>Denied</s:Code></s:Error></s:ErrorResponse>"
    #expect(STSAnswer(Array(prefixed.utf8)) == .error(code: "Denied", message: ""))
  }

  @Test func readsJSON() throws {
    let inner = #"{"Account":"123456789012","Arn":"arn:aws:sts::123456789012:assumed-role/a&bc/x","UserId":"u"}"#
    let wrapped = #"{"GetCallerIdentityResponse":{"GetCallerIdentityResult":\#(inner)}}"#
    #expect(STSAnswer(Array(inner.utf8)) == .identity(try #require(Self.identity)))
    #expect(STSAnswer(Array(wrapped.utf8)) == .identity(try #require(Self.identity)))
    #expect(STSAnswer(Array(#"{"Error":{"Code":"X","Message":"m"}}"#.utf8)) == .error(code: "X", message: "m"))
  }

  @Test(arguments: [
    "", "<", "<>", "</a>", "<a>", "<a></b>", "<a/>", "<a></a><b></b>", "text<a></a>", "<!DOCTYPE x><a></a>",
    "<a><![CDATA[x]]></a>", "<Error><Code>a&bad;</Code></Error>", "<Error><Code>&#xD800;</Code></Error>",
    "<Error><Code>a<!-- --></Code></Error>", "<Error><Code a=\"<\"></Code></Error>", "null", "[]", "{", "{}", "\"x\"",
    String(repeating: "<a>", count: 10000), String(repeating: "[", count: 10000),
    #"{"Account":"12345678901","Arn":"arn:aws:iam::1:root"}"#, #"{"Account":"123456789012","Arn":"nothing"}"#,
    #"{"Account":"123456789012","Arn":"arn:aws:iam::1:user/a\nb"}"#, #"{"Account":123456789012,"Arn":"arn:a"}"#,
    "<Response><Error><Code>X</Code></Error></Response>",
  ])
  func refusesWhatIsNoAnswer(text: String) {
    #expect(STSAnswer(Array(text.utf8)) == nil)
  }

  @Test func survivesAnyBytes() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<3000 {
      var bytes = Array(Self.good.utf8)
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let at = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0...2, using: &random) {
        case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.removeSubrange(at..<min(bytes.count, at + 7))
        default: bytes.insert(contentsOf: Array("<>/&;\"".utf8.shuffled()), at: at)
        }
      }
      if case .identity(let identity)? = STSAnswer(bytes) { #expect(identity.account.count == 12) }
    }
  }

  @Test(arguments: [
    ("arn:aws:iam::123456789012:user/a/b", "arn:aws:iam::123456789012:user/a/b"),
    ("arn:aws:sts::123456789012:assumed-role/r/s", "arn:aws:sts::123456789012:assumed-role/r"),
    ("arn:aws:sts::123456789012:federated-user/Bob", "arn:aws:sts::123456789012:federated-user/Bob"),
    ("arn:aws-cn:sts::123456789012:assumed-role/r/s@x.example", "arn:aws-cn:sts::123456789012:assumed-role/r"),
  ])
  func dropsASessionsName(arn: String, principal: String) {
    #expect(AWSIdentity(account: "123456789012", arn: arn)?.principal == principal)
  }

  @Test(arguments: [
    ("2026-11-22T16:10:47Z", 1_795_363_847), ("2026-11-22T16:10:47UTC", 1_795_363_847),
    ("2026-11-22T17:10:47.808496+01:00", 1_795_363_847), ("2026-11-22T10:40:47-0530", 1_795_363_847),
    ("1970-01-01T00:00:00Z", 0), ("2000-02-29T12:00:00Z", 951_825_600),
  ])
  func readsTimes(text: String, seconds: Int) throws {
    // The expected numbers are those of `date -u -d TEXT +%s`.
    #expect(Timestamp.parse(text).map { Int($0) } == seconds)
    #expect(Timestamp.parse(Timestamp.format(seconds)) == Double(seconds))
  }

  @Test(arguments: [
    "", "nonsense", "2026-11-22", "2026-13-01T00:00:00Z", "2026-11-22T16:10:47", "2026-11-22T16:10:47+1",
  ])
  func refusesWhatIsNoTime(text: String) {
    #expect(Timestamp.parse(text) == nil)
  }

  @Test func readsTheDateOfAnAnswer() {
    #expect(Timestamp.httpDate("Sun, 22 Nov 2026 16:10:47 GMT") == 1_795_363_847)
    #expect(Timestamp.httpDate("yesterday") == nil)
    #expect(Timestamp.format(1_795_363_847) == "2026-11-22T16:10:47Z")
  }

  @Test func neverShowsAKey() {
    let keys = AWSKeys.invented
    let found = AWSCredentials.keys(keys, .environment, Source(.environment, "X"))
    var dumped = ""
    dump(found, to: &dumped)
    for text in ["\(keys)", String(reflecting: keys), String(describing: found), dumped] {
      #expect(!text.contains(keys.accessKeyID) && !text.contains(keys.secretAccessKey), "\(text)")
    }
  }
}
