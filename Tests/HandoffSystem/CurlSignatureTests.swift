import HandoffSystem
import HandoffTestSupport
import Testing

/// Signatures, as the lab's STS checks them.
@Suite(Lab.needs("aws", "AWS_ENDPOINT", "AWS_SESSION_TOKEN")) struct CurlSignatureTests {
  let http = CurlTransport(environment: ProcessEnvironment([:]))

  func call(id: String, secret: String, token: String? = nil) async throws -> (status: Int, body: String) {
    let request = HTTPRequest(
      method: "POST", url: try Lab.value("AWS_ENDPOINT") + "/",
      headers: [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")],
      body: Array("Action=GetCallerIdentity&Version=2011-06-15".utf8),
      signature: .init(
        accessKeyID: id, secretAccessKey: secret, sessionToken: token,
        region: try Lab.value("AWS_REGION"), service: "sts"))
    let response = try await http.send(request, deadline: .after(.seconds(10)))
    return (response.status, String(decoding: response.body, as: UTF8.self))
  }

  @Test func aKeyIsAccepted() async throws {
    let answer = try await call(
      id: Lab.value("AWS_ACCESS_KEY_ID"), secret: Lab.value("AWS_SECRET_ACCESS_KEY"))
    #expect(answer.status == 200)
    #expect(answer.body.contains(try Lab.value("AWS_USER_ARN")))
  }

  @Test func aSessionIsAccepted() async throws {
    let answer = try await call(
      id: Lab.value("AWS_SESSION_ACCESS_KEY_ID"),
      secret: Lab.value("AWS_SESSION_SECRET_ACCESS_KEY"), token: Lab.value("AWS_SESSION_TOKEN"))
    #expect(answer.status == 200)
    #expect(answer.body.contains(try Lab.value("AWS_SESSION_ARN")))
  }

  @Test func aWrongSecretIsAnAnswer() async throws {
    let answer = try await call(
      id: Lab.value("AWS_ACCESS_KEY_ID"), secret: String(repeating: "x", count: 40))
    #expect(answer.status == 403)
    #expect(answer.body.contains("SignatureDoesNotMatch"))
  }
}
