import HandoffModel
import HandoffSystem
import HandoffText

extension AWSFindings {
  /// What can be told of credentials that the AWS CLI has to get, before it is asked; nil when it has to be.
  func withoutAsking(_ caches: AWSCaches) -> Finding? {
    guard let configuration, !caches.holdsCredentials else { return nil }
    if let path = caches.unreadableLogin { return unreadable(path, facts: Self.identity) }
    if let lost = caches.loginFailure { return failure(lost) }
    if let path = configuration.webIdentityFile {
      do {
        _ = try host.files.read(absolute(path), limit: 1 << 16)
      } catch .missing {
        return finding(
          "aws.no-credentials", .failure, "the web identity token\(origin) is not there: \(Untrusted(shown(path)))",
          restore)
      } catch .notPermitted {
        return unreadable(path, facts: Self.identity)
      } catch {
        return nil
      }
    }
    if let program = configuration.credentialProgram, !isInstalled(program) {
      return finding(
        "aws.helper-failed", .unknown,
        "\(Untrusted(program)), which profile \(profile) names as credential_process, is not installed here", asRecorded
      )
    }
    return nil
  }

  private func isInstalled(_ program: String) -> Bool {
    host.executable(named: program.contains("/") ? absolute(program) : program) != nil
  }
}
