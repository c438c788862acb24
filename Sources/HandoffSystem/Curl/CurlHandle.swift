import CLibcurl

/// One easy handle of libcurl, with the connections that it keeps.
///
/// `@unchecked Sendable`: it moves from thread to thread, and only the one that took it out of the pool uses it.
/// https://curl.se/libcurl/c/threadsafe.html
final class CurlHandle: @unchecked Sendable {
  private let handle: UnsafeMutableRawPointer
  private let errorText: UnsafeMutablePointer<CChar>

  /// Makes a handle, or nil when libcurl is not on this machine, cannot be initialized, or has no memory.
  init?() {
    guard handoff_curl_load() == CURLE_OK, let handle = curl_easy_init() else { return nil }
    self.handle = handle
    errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  deinit {
    curl_easy_cleanup(handle)
    errorText.deallocate()
  }

  /// Sends a request and waits for the whole answer, for an error, for the deadline, or until nobody wants it any more.
  func perform(
    _ request: HTTPRequest, proxy: ProxyChoice, deadline: Deadline, isAbandoned: @escaping () -> Bool
  ) throws(HTTPError) -> HTTPResponse {
    let reception = Reception(bodyLimit: request.bodyLimit, isAbandoned: isAbandoned)
    let fields = CurlList()
    defer {
      // What the options point to ends with this call. Connections are kept: curl_easy_reset leaves them alone.
      withExtendedLifetime((reception, fields)) { curl_easy_reset(handle) }
    }
    errorText[0] = 0
    try setOptions(deadline: deadline, reception: reception)
    try set(request, proxy: proxy)
    try set(headers: request, fields)
    if let signature = request.signature { try set(signature) }
    let code = curl_easy_perform(handle)
    guard code == CURLE_OK else {
      if reception.isTooLarge { throw .tooLarge }
      throw CurlFailure(
        code: code, systemError: long(CURLINFO_OS_ERRNO), text: String(cString: errorText),
        isTLS: request.scheme == "https", hasAnswer: reception.hasBegun, isUnix: request.endpoint != .tcp
      ).error
    }
    return HTTPResponse(
      status: long(CURLINFO_RESPONSE_CODE), headers: reception.headers, body: reception.body)
  }

  private func setOptions(deadline: Deadline, reception: Reception) throws(HTTPError) {
    let milliseconds = max(1, deadline.remainingMilliseconds)
    let numbers: [(CURLoption, Int)] = [
      (CURLOPT_TIMEOUT_MS, milliseconds), (CURLOPT_CONNECTTIMEOUT_MS, milliseconds),
      (CURLOPT_NOSIGNAL, 1), (CURLOPT_NOPROGRESS, 0), (CURLOPT_FOLLOWLOCATION, 0),
      (CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue)), (CURLOPT_DISALLOW_USERNAME_IN_URL, 1),
      (CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1), (CURLOPT_SUPPRESS_CONNECT_HEADERS, 1),
    ]
    for (option, value) in numbers { try set(option, value) }
    try check(handoff_curl_allow_http_only(handle))
    try check(handoff_curl_quick_exit(handle))
    try check(handoff_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText))
    let context = Unmanaged.passUnretained(reception).toOpaque()
    for option in [CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_XFERINFODATA] {
      try check(handoff_curl_set_pointer(handle, option, context))
    }
    try check(handoff_curl_set_writer(handle, CURLOPT_WRITEFUNCTION) { Reception.takeBody($0, $1 * $2, $3) })
    try check(handoff_curl_set_writer(handle, CURLOPT_HEADERFUNCTION) { Reception.takeHeader($0, $1 * $2, $3) })
    try check(handoff_curl_set_progress(handle) { context, _, _, _, _ in Reception.progress(context) })
  }

  private func set(_ request: HTTPRequest, proxy: ProxyChoice) throws(HTTPError) {
    try set(CURLOPT_URL, request.url)
    try set(CURLOPT_USERAGENT, "handoff")
    if case .unix(let path) = request.endpoint { try set(CURLOPT_UNIX_SOCKET_PATH, path) }
    // An empty string, not a null pointer: with that, libcurl would ask the process's environment.
    // https://curl.se/libcurl/c/CURLOPT_PROXY.html
    switch proxy {
    case .direct:
      try set(CURLOPT_PROXY, "")
      try set(CURLOPT_NOPROXY, "*")
    case .proxy(let url, let except):
      try set(CURLOPT_PROXY, url)
      try set(CURLOPT_NOPROXY, except)
    }
    try set(CURLOPT_SSL_VERIFYPEER, request.tls.verify ? 1 : 0)
    try set(CURLOPT_SSL_VERIFYHOST, request.tls.verify ? 2 : 0)
    if let authority = request.tls.authority {
      // Only these authorities: the default of the other option would add the system's.
      let isFolder = FileSystem().kind(of: authority) == .folder
      try set(CURLOPT_CAINFO, isFolder ? nil : authority)
      try set(CURLOPT_CAPATH, isFolder ? authority : nil)
    }
    if let certificate = request.tls.certificate { try set(CURLOPT_SSLCERT, certificate) }
    if let key = request.tls.key { try set(CURLOPT_SSLKEY, key) }
    guard request.method == "POST" else { return try set(CURLOPT_HTTPGET, 1) }
    try set(CURLOPT_POST, 1)
    let body = request.body ?? []
    try set(CURLOPT_POSTFIELDSIZE, body.count)
    // One byte more than is sent, so that there is an address also of an empty body.
    var bytes = body + [0]
    let code = bytes.withUnsafeMutableBytes { buffer in
      handoff_curl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, buffer.baseAddress)
    }
    try check(code)
  }

  private func set(headers request: HTTPRequest, _ fields: CurlList) throws(HTTPError) {
    var headers = request.headers
    if let token = request.signature?.sessionToken { headers.append(("X-Amz-Security-Token", token)) }
    for (name, value) in headers {
      try fields.append(value.isEmpty ? "\(name);" : "\(name): \(value)")
    }
    // Nothing is set that is not sent, such as "Expect:": libcurl signs each field of this list.
    try check(handoff_curl_set_list(handle, CURLOPT_HTTPHEADER, fields.head))
  }

  /// https://curl.se/libcurl/c/CURLOPT_AWS_SIGV4.html
  private func set(_ signature: HTTPRequest.AWSSignature) throws(HTTPError) {
    try set(CURLOPT_AWS_SIGV4, "aws:amz:\(signature.region):\(signature.service)")
    try set(CURLOPT_USERNAME, signature.accessKeyID)
    try set(CURLOPT_PASSWORD, signature.secretAccessKey)
  }

  private func set(_ option: CURLoption, _ value: Int) throws(HTTPError) {
    try check(handoff_curl_set_long(handle, option, value))
  }

  private func set(_ option: CURLoption, _ value: String?) throws(HTTPError) {
    try check(handoff_curl_set_string(handle, option, value))
  }

  private func check(_ code: CURLcode) throws(HTTPError) {
    if code != CURLE_OK { throw .other(String(cString: curl_easy_strerror(code))) }
  }

  private func long(_ info: CURLINFO) -> Int {
    var value = 0
    return handoff_curl_get_long(handle, info, &value) == CURLE_OK ? value : 0
  }
}

/// A list of strings as libcurl takes them.
private final class CurlList {
  private(set) var head: UnsafeMutablePointer<curl_slist>?

  func append(_ text: String) throws(HTTPError) {
    guard let longer = curl_slist_append(head, text) else { throw .other("no memory") }
    head = longer
  }

  deinit { curl_slist_free_all(head) }
}
