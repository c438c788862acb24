import Foundation
import HandoffTestSupport
import Testing

@Suite("handoff setup, killed", SetupProject.requirement)
struct SetupKillTests {
  /// Kills a setup at a moment by chance of the time that an undisturbed one takes, again and again, and holds what the
  /// next one comes to against the undisturbed one.
  private static func check(times: Int, _ files: [String: String], venv: Bool) async throws {
    let parts = venv ? "env,venv,database,migrations" : "env,database,migrations"
    let whole = try SetupProject(files)
    let clock = ContinuousClock()
    let start = clock.now
    let answer = try await whole.handoff("setup", "--yes", "--only", parts)
    let time = Double((clock.now - start) / .milliseconds(1)) / 1000
    try #require(answer.status == 0, "\(answer.output)\(answer.complaint)")
    let wanted = (try await whole.dump().replacing(whole.name, with: "NAME"), try whole.folder.read(".env"))
    let installed = venv ? try await whole.installed() : ""
    try await whole.remove()
    for round in 1...times {
      let project = try SetupProject(files)
      let moment = Double.random(in: 0.01...max(0.02, time))
      // The kill is of the tool alone; what it had started goes on, as after a real one.
      let kill = "'\(Tool.path)' setup --yes --only \(parts) & sleep \(moment); kill -9 $!; wait $!"
      let killed = try await project.ask("sh", "-c", kill)
      #expect([0, 137].contains(killed.status))
      let again = try await project.handoff("setup", "--yes", "--only", parts)
      #expect(again.status == 0, "round \(round), killed after \(moment) s: \(again.output)\(again.complaint)")
      #expect(try await project.dump().replacing(project.name, with: "NAME") == wanted.0, "round \(round), \(moment) s")
      #expect(try project.folder.read(".env") == wanted.1)
      if venv { #expect(try await project.installed() == installed, "round \(round), killed after \(moment) s") }
      try await project.remove()
    }
  }

  @Test("fifty kills at random moments: the next run ends in the state of an undisturbed one")
  func kills() async throws {
    let files = [".env.example": "STORY_KEY=change-me\nPORT=8080\n"].merging(SetupProject.migrations(15)) { $1 }
    try await Self.check(times: 40, files, venv: false)
    let more = files.merging(["requirements.txt": "iniconfig\npluggy\n"]) { $1 }
    try await Self.check(times: 10, more, venv: true)
  }
}
