import HandoffModel
import HandoffSystem
import Synchronization

/// The Engine API over a socket or TCP. https://docs.docker.com/reference/api/engine/
///
/// Only GET is spoken. The version is asked without one in the path, and everything else with the negotiated one.
struct EngineAPI: EngineClient {
  /// How many questions are open at once.
  private static let atOnce = 8

  private let endpoint: DockerEndpoint
  private let http: any HTTPTransport
  private let version: String
  private let taken = AnswerBudget()
  /// Real containers take less than 1 KiB of it each.
  private let kept = AnswerBudget(bytes: 5 << 18)
  /// One answer is read at a time: read, it takes many times its bytes.
  private let reading = Turn()

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
    let body = try await unversioned.answer(to: "/version", limit: 1 << 20, deadline: deadline)
    guard let json = try? JSONValue(parsing: body, maximumValues: EngineAnswer.maximumValues) else {
      throw .senseless(to: "/version")
    }
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
    let read: ()? = try? JSONValue.eachElement(
      parsing: body, maximumValues: EngineAnswer.maximumValues, selecting: ContainerSummary.fields
    ) { entry in
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
    let paths = containers.map { "/containers/\(percentEncoded($0.id))/json" }
    let found = await things(paths, selecting: Container.fields, deadline: deadline) { json in
      Container(inspected: json).map { ($0, size: $0.size) }
    }
    return zip(containers, found).map { summary, result in
      switch result {
      case .success(let container): (summary, .success(container))
      case .failure(.refused(404, _)): (summary, .success(nil))
      case .failure(.senseless): (summary, .failure(.senseless(to: "/containers/ID/json")))
      case .failure(let failure): (summary, .failure(failure))
      }
    }
  }

  func images(_ references: Set<String>, deadline: Deadline) async -> [String: EngineImage] {
    let references = references.sorted()
    let paths = references.map { "/images/\(percentEncoded($0))/json" }
    let found = await things(paths, selecting: .whole, deadline: deadline) { json in
      EngineImage(json).map { ($0, size: $0.size) }
    }
    return zip(references, found).reduce(into: [:]) { $0[$1.0] = try? $1.1.get() }
  }

  /// What the engine says of many things, a few asked for at a time.
  /// - Parameters:
  ///   - selection: what of each answer is read.
  ///   - read: gives what is kept of an answer, and how many bytes it has.
  private func things<Thing: Sendable>(
    _ paths: [String], selecting selection: JSONSelection, deadline: Deadline,
    _ read: @escaping @Sendable (JSONValue) -> (Thing, size: Int)?
  ) async -> [Result<Thing, EngineFailure>] {
    // Of what was named, as much more is taken as engines say of it.
    taken.giveBack(paths.count * EngineAnswer.usualSize)
    let found = Found<Thing>(paths.count)
    await http.send(paths.count, atOnce: Self.atOnce, deadline: deadline) { number in
      let reserved = taken.reserve(EngineAnswer.limit)
      if reserved > 0 { return request(version + paths[number], reserved) }
      found.put(number, .failure(.transport(.tooLarge)))
      return nil
    } take: { number, request, answer in
      let result = Result { () throws(EngineFailure) in
        let body = try body(of: answer, reserved: request.bodyLimit)
        let thing = reading.take {
          (try? JSONValue(parsing: body, maximumValues: EngineAnswer.maximumValues, selecting: selection)).flatMap(read)
        }
        guard let thing else { throw EngineFailure.senseless(to: paths[number]) }
        guard kept.reserve(thing.size) == thing.size else { throw EngineFailure.transport(.tooLarge) }
        return thing.0
      }
      found.put(number, result)
    }
    return found.all
  }

  private func answer(to path: String, limit: Int, deadline: Deadline) async throws(EngineFailure) -> [UInt8] {
    let reserved = taken.reserve(limit)
    guard reserved > 0 else { throw .transport(.tooLarge) }
    let answer: Result<HTTPResponse, HTTPError>
    do throws(HTTPError) {
      answer = .success(try await http.send(request(version + path, reserved), deadline: deadline))
    } catch {
      answer = .failure(error)
    }
    return try body(of: answer, reserved: reserved)
  }

  /// The body of an answer that is none of a refusal. What was set aside for it and is not needed is given back.
  private func body(
    of answer: Result<HTTPResponse, HTTPError>, reserved: Int
  ) throws(EngineFailure) -> [UInt8] {
    let response: HTTPResponse
    do throws(HTTPError) {
      response = try answer.get()
    } catch {
      if error != .tooLarge { taken.giveBack(reserved) }
      throw .transport(error)
    }
    taken.giveBack(reserved - response.body.count)
    guard response.status == 200 else {
      let json = try? JSONValue(
        parsing: response.body, maximumValues: EngineAnswer.maximumValues, selecting: ["message": .whole])
      let said = json?["message"]?.string.map { Array($0.utf8) } ?? response.body
      throw .refused(status: response.status, message: String(decoding: said.prefix(300), as: UTF8.self))
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

/// What was found of many things, each by its number; what was not asked in time is missing.
private final class Found<Thing: Sendable>: Sendable {
  private let results: Mutex<[Result<Thing, EngineFailure>]>

  init(_ count: Int) {
    results = Mutex(Array(repeating: .failure(.transport(.timedOut)), count: count))
  }

  func put(_ number: Int, _ result: Result<Thing, EngineFailure>) { results.withLock { $0[number] = result } }

  var all: [Result<Thing, EngineFailure>] { results.withLock { $0 } }
}

/// Lets one thread at a time do something.
private final class Turn: Sendable {
  private let turn = Mutex(())

  func take<Value: Sendable>(_ work: () -> Value) -> Value { turn.withLock { _ in work() } }
}
