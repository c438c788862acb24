import HandoffSystem

extension AWSConfiguration.Endpoint {
  /// A failure, told as a refusal where the configured endpoint refuses connections: the AWS CLI has the same words for
  /// that and for a name that is not resolved.
  func explained(_ failure: AWSFailure, _ context: ProbeContext) async -> AWSFailure {
    guard failure == .unreachable(.other), isCustom, let place else { return failure }
    do throws(TCPError) {
      try await context.host.tcp.reach(host: place.host, port: place.port, deadline: context.deadline)
      return failure
    } catch {
      return error == .refused ? .unreachable(.refused) : failure
    }
  }

  /// Its host and port.
  private var place: (host: String, port: Int)? {
    let port = url.hasPrefix("https://") ? 443 : 80
    if shown.hasPrefix("[") {
      let parts = shown.dropFirst().split(separator: "]", omittingEmptySubsequences: false)
      guard parts.count == 2 else { return nil }
      return (String(parts[0]), Int(parts[1].dropFirst()) ?? port)
    }
    let parts = shown.split(separator: ":")
    return parts.first.map { (String($0), parts.count > 1 ? Int(parts[1]) ?? port : port) }
  }
}
