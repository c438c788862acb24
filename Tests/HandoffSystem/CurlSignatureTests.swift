import HandoffSystem
import Testing

/// Signatures, as the lab's STS checks them.
@Suite(.lab("aws", "HANDOFF_LAB_AWS_ENDPOINT", "HANDOFF_LAB_AWS_SESSION_TOKEN")) struct CurlSignatureTests {
  let http = CurlTransport(environment: ProcessEnvironment([:]))

  func call(id: String, secret: String, token: String? = nil) async throws -> (status: Int, body: String) {
    let request = HTTPRequest(
      method: "POST", url: try Lab.value("HANDOFF_LAB_AWS_ENDPOINT") + "/",
      headers: [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")],
      body: Array("Action=GetCallerIdentity&Version=2011-06-15".utf8),
      signature: .init(
        accessKeyID: id, secretAccessKey: secret, sessionToken: token,
        region: try Lab.value("HANDOFF_LAB_AWS_REGION"), service: "sts"))
    let response = try await http.send(request, deadline: .after(.seconds(10)))
    return (response.status, String(decoding: response.body, as: UTF8.self))
  }

  @Test func aKeyIsAccepted() async throws {
    let answer = try await call(
      id: Lab.value("HANDOFF_LAB_AWS_ACCESS_KEY_ID"), secret: Lab.value("HANDOFF_LAB_AWS_SECRET_ACCESS_KEY"))
    #expect(answer.status == 200)
    #expect(answer.body.contains(try Lab.value("HANDOFF_LAB_AWS_USER_ARN")))
  }

  @Test func aSessionIsAccepted() async throws {
    let answer = try await call(
      id: Lab.value("HANDOFF_LAB_AWS_SESSION_ACCESS_KEY_ID"),
      secret: Lab.value("HANDOFF_LAB_AWS_SESSION_SECRET_ACCESS_KEY"), token: Lab.value("HANDOFF_LAB_AWS_SESSION_TOKEN"))
    #expect(answer.status == 200)
    #expect(answer.body.contains(try Lab.value("HANDOFF_LAB_AWS_SESSION_ARN")))
  }

  @Test func aWrongSecretIsAnAnswer() async throws {
    let answer = try await call(
      id: Lab.value("HANDOFF_LAB_AWS_ACCESS_KEY_ID"), secret: String(repeating: "x", count: 40))
    #expect(answer.status == 403)
    #expect(answer.body.contains("SignatureDoesNotMatch"))
  }
}
