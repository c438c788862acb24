import Foundation
import HandoffModel
import HandoffTestSupport
import Testing

/// Takes away the right to read each file and folder of a project and of its user's home, one after the other: what
/// stands in it is unknown then, never gone and never changed. Of Python the matrix tells: where the superuser runs the
/// tests, the interpreter of the lab is often where nobody else may go.
@Suite(.serialized, SampleProject.requirement, Lab.needs("docker", "DOCKER_TLS_HOST", "DOCKER_CERTS"))
struct PreventedFilesTests {
  @Test("Whatever file or folder may not be read, nothing is said to be gone or changed")
  func everyFile() async throws {
    let project = try await SampleProject.make(isRich: true)
    try await configure(project)
    let variables: [String: String?] = [
      "AWS_ACCESS_KEY_ID": nil, "AWS_SECRET_ACCESS_KEY": nil, "AWS_DEFAULT_REGION": nil, "AWS_PROFILE": "dev",
      "PGHOST": nil, "PGPORT": nil, "PGUSER": nil, "PGDATABASE": nil, "PGSERVICE": "story", "STORY_KEY": nil,
      "DOCKER_HOST": try Lab.value("DOCKER_TLS_HOST"), "DOCKER_TLS_VERIFY": "1",
      "DOCKER_CERT_PATH": project.home.path + "/certs",
    ]
    // The superuser reads everything.
    let isRoot = geteuid() == 0
    let user = isRoot ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : ["env"]
    if isRoot { try await project.ask("chown", "-R", "65534:65534", project.path, project.home.path) }
    func tool(_ arguments: String...) async throws -> Witness.Answer {
      try await Witness.ask(
        user[0], Array(user.dropFirst()) + [Tool.path] + arguments + ["--skip", "python"],
        environment: project.variables(variables),
        in: project.path)
    }
    let generated = try await tool("generate")
    try #require(generated.status == 0, "\(generated)")
    let healthy = try Report(try await tool("verify", "--format", "json"))
    try #require(healthy.status == 0 && healthy.changes.isEmpty, "\(healthy.allChanges) \(healthy.findings)")
    var unknown: Set<String> = []
    let paths = try places(in: project.path) + places(in: project.home.path)
    #expect(paths.count > 50)
    for path in paths {
      let rights = try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
      if isRoot { try await project.ask("chown", "0:0", path) }
      try await project.ask("chmod", "0", path)
      let answer = try await tool("verify", "--format", "json")
      if path.hasSuffix("/handoff.yml") {
        // Without its configuration the tool does not work, and says so.
        #expect(answer.status == 2 && answer.output.isEmpty && answer.complaint.contains("handoff.yml"))
      } else {
        let report = try Report(answer)
        let told = "\(path): \(report.allChanges) \(report.findings)"
        #expect([0, 2].contains(report.status), "\(told)")
        if report.status == 2 { unknown.formUnion(report.findings) }
        // Git itself counts a file that it may not read among the changed ones.
        let claims = report.allChanges.filter { !$0.contains(" unknown ") && $0 != "git.changes changed note" }
        #expect(claims.isEmpty, "\(told)")
      }
      if isRoot { try await project.ask("chown", "65534:65534", path) }
      try await project.ask("chmod", String(rights, radix: 8), path)
    }
    // That the rights were gone was seen: each of these is told of at least one of them.
    let expected: Set<String> = [
      "aws.unreadable-config", "postgres.service-unreadable", "docker.file-unreadable", "docker.tls",
      "docker.source-unseen", "environment.dotenv-unreadable", "environment.example-unreadable", "git.unreadable",
    ]
    #expect(expected.isSubset(of: unknown), "\(expected.subtracting(unknown))")
    try await project.remove()
  }

  /// Each area takes what it needs from files.
  private func configure(_ project: SampleProject) async throws {
    let (key, secret) = (
      project.environment["AWS_ACCESS_KEY_ID"] ?? "", project.environment["AWS_SECRET_ACCESS_KEY"] ?? ""
    )
    try project.home.write(
      ".aws/credentials", "[dev]\naws_access_key_id = \(key)\naws_secret_access_key = \(secret)\n")
    try project.home.write(".aws/config", "[profile dev]\nregion = us-east-1\n")
    try project.home.write(
      ".pg_service.conf",
      "[story]\nhost=127.0.0.1\nport=\(try Lab.value("PG_PORT"))\ndbname=\(project.name)\nuser=\(try Lab.value("PG_USER"))\n"
    )
    try project.folder.write(".env", "STORY_KEY=told\n")
    try project.folder.write("handoff.yml", "project: story\n")
    try await project.ask("cp", "-a", try Lab.value("DOCKER_CERTS"), project.home.path + "/certs")
  }

  /// The files and folders that decide something: not the packages of the environment nor the objects of git, one by one.
  private func places(in top: String) throws -> [String] {
    let all = try #require(FileManager.default.enumerator(atPath: top))
    var found: [String] = []
    for case let name as String in all {
      let kind = all.fileAttributes?[.type] as? FileAttributeType
      if name == "handoffs" || name.hasSuffix("/hooks") { all.skipDescendants() }
      if kind == .typeDirectory, ["lib", "include", "objects", "__pycache__"].contains(name.split(separator: "/").last)
      {
        all.skipDescendants()
      }
      if name != "handoffs", kind != .typeSymbolicLink { found.append(top + "/" + name) }
    }
    return found.sorted()
  }
}
