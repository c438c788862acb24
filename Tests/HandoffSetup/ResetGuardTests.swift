import HandoffModel
import HandoffSystem
import HandoffTestSupport
import HandoffText
import Testing

@testable import HandoffSetup

/// What a reset and an update of a container look at before they do anything.
@Suite struct ResetGuardTests {
  @Test("No dump where pg_dump is older than the server, or is not there", Lab.needs("postgres", "PG_BIN"))
  func tools() async throws {
    let scratch = try Scratch()
    let host = scratch.host(with: ["PATH": try Lab.value("PG_BIN") + ":/usr/bin:/bin"])
    let tools = try await PostgresTools.find(for: "15.3", host)
    #expect(tools.dump.hasSuffix("/pg_dump") && tools.restore.hasSuffix("/pg_restore"))
    let problem = await #expect(throws: ResetProblem.self) { try await PostgresTools.find(for: "99.1", host) }
    #expect(problem?.message.terminal.contains("and the server of 99.1") == true)
  }

  @Test("A folder goes whole, what its links lead to stays, and another file system in it is not entered")
  func removal() async throws {
    let scratch = try Scratch()
    try scratch.write("kept/precious", "x")
    try scratch.write("gone/a/b/c", "12345")
    try await scratch.run("ln", "-s", scratch.path + "/kept", "gone/a/link")
    #expect(try FolderRemoval.measure(scratch.path + "/gone") == .init(bytes: 5, entries: 4))
    try FolderRemoval.remove("gone", in: scratch.path)
    #expect(try FileSystem().list(scratch.path).sorted() == ["home", "kept"])
    #expect(FileSystem().kind(of: scratch.path + "/kept/precious") == .regular)
    try await scratch.run("ln", "-s", "kept", "link")
    #expect(throws: FileWriteError.self) { try FolderRemoval.remove("link", in: scratch.path) }
    #expect(FileSystem().kind(of: scratch.path + "/kept/precious") == .regular)
  }

  #if os(Linux)
    @Test("A published port is an engine's where nothing else listens, and the address is the container's")
    func publishedPort() async throws {
      let listener = try Listener()
      func port(_ host: String, _ port: Int) -> PublishedPort {
        PublishedPort(
          PostgresConnection(host: host, port: port, database: "d", user: "u", serverVersion: "15"), FileSystem())
      }
      #expect(!port("127.0.0.1", listener.port).isServed(by: ["127.0.0.1"]))
      #expect(!port("127.0.0.1", listener.port).isServed(by: ["0.0.0.0", "::"]))
      #expect(!port("localhost", listener.port).isServed(by: ["127.0.0.1", "::1"]))
      let free = listener.port
      listener.stop()
      #expect(port("127.0.0.1", free).isServed(by: ["127.0.0.1"]))
      #expect(port("127.0.0.1", free).isServed(by: ["0.0.0.0"]))
      #expect(!port("127.0.0.1", free).isServed(by: ["127.0.0.2"]))
      #expect(!port("127.0.0.1", free).isServed(by: []))
      #expect(!port("localhost", free).isServed(by: ["127.0.0.1"]))
      #expect(!port("::1", free).isServed(by: ["0.0.0.0"]))
    }
  #endif

  @Test("Settings that no option carries are found, and what is nothing either way is not")
  func differences() {
    func container(_ host: JSONValue, id: String) -> JSONValue {
      ["Id": .string(id), "Config": ["Hostname": .string(String(id.prefix(12)))], "HostConfig": host]
    }
    let old = ContainerSettings(
      container(["Devices": [["PathOnHost": "/dev/null"]], "Dns": [], "Memory": 0], id: "aaaaaaaaaaaaaaaa"),
      image: .null)
    #expect(
      old.differences(from: container(["Devices": .null, "Dns": .null], id: "bbbbbbbbbbbbbbbb")) == [
        "HostConfig.Devices"
      ])
    #expect(old.differences(from: container(["Devices": [["PathOnHost": "/dev/null"]]], id: "cccccccccccccccc")) == [])
  }
}
