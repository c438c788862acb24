import HandoffModel
import HandoffSystem

/// The Engine API over a socket or TCP. https://docs.docker.com/reference/api/engine/
///
/// Only GET is spoken. The version is asked without one in the path, and everything else with the negotiated one.
struct EngineAPI: EngineClient {
  /// How many questions are open at once.
  private static let atOnce = 8

  private let endpoint: DockerEndpoint
  private let http: any HTTPTransport
  private let version: String
  private let budget = AnswerBudget()

  private init(endpoint: DockerEndpoint, http: any HTTPTransport, version: String) {
    self.endpoint = endpoint
    self.http = http
    self.version = version
  }

  /// Asks the engine for its version.
  static func connect(
    to endpoint: DockerEndpoint, _ http: any HTTPTransport, deadline: Deadline
  ) async throws(EngineFailure) -> (api: EngineAPI, version: EngineVersion) {
    let unversioned = EngineAPI(endpoint: endpoint, http: http, version: "")
    let json = try await unversioned.get("/version", limit: 1 << 20, deadline: deadline)
    guard let version = EngineVersion(json) else { throw .senseless(to: "/version") }
    return (EngineAPI(endpoint: endpoint, http: http, version: "/v" + version.negotiated), version)
  }

  func containers(labelled label: String?, deadline: Deadline) async throws(EngineFailure) -> [ContainerSummary] {
    var path = "/containers/json?all=1"
    if let label {
      path += "&filters=" + percentEncoded(JSONValue.object(["label": .array([.string(label)])]).canonical)
    }
    let body = try await answer(to: path, limit: 8 << 20, deadline: deadline)
    var summaries: [ContainerSummary?] = []
    let read: ()? = try? JSONValue.eachElement(parsing: body, maximumValues: EngineAnswer.maximumValues) { entry in
      summaries.append(ContainerSummary(listed: entry))
      return summaries.last != .some(nil) && summaries.count <= EngineAnswer.maximumContainers
    }
    guard summaries.count <= EngineAnswer.maximumContainers else { throw .transport(.tooLarge) }
    guard read != nil, !summaries.contains(nil) else { throw .senseless(to: "/containers/json") }
    return summaries.compactMap(\.self)
  }

  func details(
    of containers: [ContainerSummary], deadline: Deadline
  ) async -> [(ContainerSummary, Result<Container?, EngineFailure>)] {
    await each(containers) { summary in
      do throws(EngineFailure) {
        let json = try await get("/containers/\(percentEncoded(summary.id))/json", deadline: deadline)
        guard let container = Container(inspected: json) else { throw .senseless(to: "/containers/ID/json") }
        return (summary, .success(container))
      } catch {
        if case .refused(404, _) = error { return (summary, .success(nil)) }
        return (summary, .failure(error))
      }
    }
  }

  func images(_ references: Set<String>, deadline: Deadline) async -> [String: EngineImage] {
    let found = await each(references.sorted()) { reference -> (String, EngineImage?) in
      let json = try? await get("/images/\(percentEncoded(reference))/json", deadline: deadline)
      return (reference, json.flatMap(EngineImage.init))
    }
    return found.reduce(into: [:]) { $0[$1.0] = $1.1 }
  }

  /// Asks about many things, a few at a time.
  private func each<Item: Sendable, Answer: Sendable>(
    _ items: [Item], _ ask: @escaping @Sendable (Item) async -> Answer
  ) async -> [Answer] {
    await withTaskGroup(of: Answer.self) { group in
      var waiting = items.makeIterator()
      for _ in 0..<Self.atOnce {
        if let item = waiting.next() { group.addTask { await ask(item) } }
      }
      var answers: [Answer] = []
      for await answer in group {
        answers.append(answer)
        if let item = waiting.next() { group.addTask { await ask(item) } }
      }
      return answers
    }
  }

  /// The value that an answer is.
  /// - Parameter limit: how many bytes the answer may have. Of one container or image it has some 10 KiB.
  private func get(
    _ path: String, limit: Int = 512 << 10, deadline: Deadline
  ) async throws(EngineFailure) -> JSONValue {
    let body = try await answer(to: path, limit: limit, deadline: deadline)
    guard let json = try? JSONValue(parsing: body, maximumValues: EngineAnswer.maximumValues) else {
      throw .senseless(to: path.split(separator: "?").first.map(String.init) ?? path)
    }
    return json
  }

  private func answer(to path: String, limit: Int, deadline: Deadline) async throws(EngineFailure) -> [UInt8] {
    let reserved = budget.reserve(limit)
    guard reserved > 0 else { throw .transport(.tooLarge) }
    let response: HTTPResponse
    do {
      response = try await http.send(request(version + path, reserved), deadline: deadline)
    } catch {
      if error != .tooLarge { budget.giveBack(reserved) }
      throw .transport(error)
    }
    budget.giveBack(reserved - response.body.count)
    guard response.status == 200 else {
      let json = try? JSONValue(parsing: response.body, maximumValues: EngineAnswer.maximumValues)
      let said = json?["message"]?.string ?? String(decoding: response.body.prefix(300), as: UTF8.self)
      throw .refused(status: response.status, message: said)
    }
    return response.body
  }

  private func request(_ path: String, _ limit: Int) -> HTTPRequest {
    switch endpoint.address {
    case .unix(let socket):
      return HTTPRequest(url: "http://docker" + path, endpoint: .unix(socket), bodyLimit: limit)
    case .tcp(let host, let port, let base):
      let scheme = endpoint.tls == nil ? "http" : "https"
      return HTTPRequest(
        url: "\(scheme)://\(host):\(port)\(base)\(path)", tls: endpoint.tls ?? HTTPRequest.TLS(), bodyLimit: limit,
        usesProxy: true)
    case .ssh(let text):
      // Never asked for here; nobody listens at a scheme that is not spoken.
      return HTTPRequest(url: text)
    }
  }

  private func percentEncoded(_ text: String) -> String {
    text.utf8.map { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        return String(UnicodeScalar(byte))
      default:
        if "-._~/:@".utf8.contains(byte) { return String(UnicodeScalar(byte)) }
        let digits = String(byte, radix: 16, uppercase: true)
        return "%" + (digits.count == 1 ? "0" : "") + digits
      }
    }.joined()
  }
}
