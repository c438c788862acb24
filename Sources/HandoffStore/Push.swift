public import HandoffSystem
public import HandoffText

/// Where a branch was pushed to.
public struct PushedBranch: Hashable, Sendable {
  /// The remote's name.
  public let remote: Untrusted
  /// The branch there.
  public let branch: Untrusted
}

extension HandoffStore {
  /// Pushes the current branch to the branch that it follows, or to where the user's configuration pushes it.
  /// - Parameter deadline: when the remote must have answered.
  public func push(deadline: Deadline = .after(.seconds(120))) async throws(StoreError) -> PushedBranch {
    let repository = try await openRepository(deadline)
    guard let reference = repository.headReference else { throw .detached }
    let target = try await target(of: reference, repository, deadline)
    let result = await repository.git.act(
      ["push", "--porcelain", "--", target.remote, "\(reference):\(target.reference)"], deadline: deadline)
    let branch = Self.short(target.reference)
    if result.succeeded { return PushedBranch(remote: Untrusted(target.remote), branch: Untrusted(branch)) }
    throw Self.failure(result, remote: target.remote, branch: branch)
  }

  private static func short(_ reference: String) -> String {
    reference.hasPrefix("refs/heads/") ? String(reference.dropFirst("refs/heads/".count)) : reference
  }

  private func target(
    of reference: String, _ repository: GitRepository, _ deadline: Deadline
  ) async throws(StoreError) -> (remote: String, reference: String) {
    let format = "%(upstream:remotename)%00%(upstream:remoteref)%00%(push:remotename)%00%(push:remoteref)"
    let answer = await repository.git.read(["for-each-ref", "--format=" + format, "--", reference], deadline: deadline)
    guard answer.succeeded else { throw .git(GitFailure(answer)) }
    let fields = answer.text.split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
    if fields.count == 4 {
      let (upstream, push) = ((fields[0], fields[1]), (fields[2], fields[3]))
      // Another remote to push to than to pull from: a fork.
      if !push.0.isEmpty, push.0 != upstream.0, !upstream.0.isEmpty {
        return (push.0, push.1.isEmpty ? reference : push.1)
      }
      if !upstream.0.isEmpty, upstream.0 != ".", !upstream.1.isEmpty { return upstream }
    }
    let remotes = await repository.git.read(["remote"], deadline: deadline).text.split(separator: "\n").map(String.init)
    throw .noUpstream(
      branch: Self.short(reference), remote: remotes.contains("origin") ? "origin" : remotes.first)
  }

  private static func failure(_ result: CommandResult, remote: String, branch: String) -> StoreError {
    switch result.outcome {
    case .timedOut: return .pushTimedOut(remote: remote)
    case .notFound, .notPermitted: return .git(.notInstalled)
    default: break
    }
    // "!<tab>FROM:TO<tab>[rejected] (fetch first)": the words in brackets are git's own, and not translated.
    let refused = result.text.split(separator: "\n").first { $0.hasPrefix("!\t") }
    let output = Untrusted(
      withoutCredentials(([result.errorText] + (refused.map { [String($0)] } ?? [])).joined(separator: "\n")))
    if let refused {
      let moved = ["(fetch first)", "(non-fast-forward)", "(stale info)", "(needs force)"]
      return moved.contains { refused.hasSuffix($0) }
        ? .remoteMoved(remote: remote, branch: branch) : .pushRefused(remote: remote, output)
    }
    let words = result.errorText.lowercased()
    let authentication = [
      "terminal prompts disabled", "could not read username", "could not read password", "permission denied (",
      "authentication failed", "host key verification failed", "invalid username or", "403 forbidden", "error: 403",
      "error: 401", "access denied",
    ]
    if authentication.contains(where: { words.contains($0) }) { return .authentication(remote: remote, output) }
    let unreachable = [
      "could not resolve", "couldn't connect", "failed to connect", "connection refused", "connection timed out",
      "network is unreachable", "no route to host", "does not appear to be a git repository", "repository not found",
      "could not read from remote repository", "unable to access", "the remote end hung up",
    ]
    return unreachable.contains { words.contains($0) }
      ? .unreachable(remote: remote, output) : .pushRefused(remote: remote, output)
  }
}
