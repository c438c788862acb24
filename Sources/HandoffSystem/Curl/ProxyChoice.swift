import HandoffText

/// Whether a request goes through a proxy, as the variables that curl, Go and Python read say it.
///
/// The lower-case name counts before the upper-case one; `HTTP_PROXY` does not count where REQUEST_METHOD is set, since
/// there it is a client's header field. This machine's own addresses are never asked for through a proxy.
enum ProxyChoice: Hashable, Sendable {
  /// No proxy.
  case direct
  /// Through the proxy at this URL, except for the hosts in the list of `NO_PROXY`.
  case proxy(String, except: String)

  init(for request: HTTPRequest, in environment: ProcessEnvironment) {
    let host = request.hostName
    guard request.endpoint == .tcp, !LoopbackHost.contains(host) else {
      self = .direct
      return
    }
    var names = [request.scheme + "_proxy", request.scheme.uppercased() + "_PROXY", "all_proxy", "ALL_PROXY"]
    if environment["REQUEST_METHOD"] != nil { names.removeAll { $0 == "HTTP_PROXY" } }
    guard let url = names.lazy.compactMap({ environment[$0] }).first else {
      self = .direct
      return
    }
    self = .proxy(url, except: environment["no_proxy"] ?? environment["NO_PROXY"] ?? "")
  }
}
