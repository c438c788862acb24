#if os(Linux)
  import Foundation
  import HandoffTestSupport
  import Testing

  @testable import handoff

  /// libpq and libcurl are loaded when they are needed. Here they are hidden in a mount namespace of their own.
  @Suite(.enabled(if: geteuid() == 0, "hiding a library takes root")) struct MissingLibrariesTests {
    /// Runs the tool in bash, with both libraries hidden by empty files.
    private func run(_ arguments: String, in folder: TemporaryFolder) async throws -> Witness.Answer {
      var environment = Lab.bareEnvironment(home: folder.path)
      environment["AWS_ACCESS_KEY_ID"] = "key"
      environment["AWS_SECRET_ACCESS_KEY"] = "secret"
      environment["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9"
      environment["AWS_REGION"] = "us-east-1"
      let script = """
        for file in $(PATH=$PATH:/sbin:/usr/sbin ldconfig -p | sed -nE 's/.*(libpq|libcurl)[^ ]*[.]so[.][45] .*=> //p'); do
          mount --bind /dev/null "$file" || exit 99
        done
        "$0" \(arguments)
        """
      return try await Witness.ask(
        "/usr/bin/unshare", ["--mount", "bash", "-c", script, Tool.path], environment: environment, in: folder.path)
    }

    @Test("Without libpq and libcurl it starts, and says what cannot be looked at for want of which")
    func hidden() async throws {
      let folder = try TemporaryFolder(["handoff.yml": "postgres:\n  host: 127.0.0.1\n  port: 9\n  database: x\n"])
      let version = try await run("--version", in: folder)
      #expect(version.status == 0)
      #expect(version.output == HandoffCommand.version)
      let answer = try await run("preflight --only postgres,aws", in: folder)
      #expect(answer.status == 2)
      #expect(answer.output.contains("no connection to 127.0.0.1:9: libpq is not on this machine"))
      #expect(answer.output.contains("127.0.0.1:9 could not be asked: libcurl is not on this machine"))
    }
  }
#endif
