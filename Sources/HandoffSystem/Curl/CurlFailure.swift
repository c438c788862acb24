import CLibcurl

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How libcurl says that there is no answer. https://curl.se/libcurl/c/libcurl-errors.html
struct CurlFailure {
  /// The code of the request.
  let code: CURLcode
  /// `CURLINFO_OS_ERRNO`: why the last connection attempt failed.
  let systemError: Int
  /// libcurl's words on this failure, or empty.
  let text: String
  /// Whether the connection was to be encrypted.
  let isTLS: Bool
  /// Whether any byte of an answer had come.
  let hasAnswer: Bool
  /// Whether it was a unix socket.
  let isUnix: Bool

  /// What it means.
  var error: HTTPError {
    switch code {
    case CURLE_OPERATION_TIMEDOUT, CURLE_ABORTED_BY_CALLBACK: .timedOut
    // Of a unix socket this code says that its path is too long for an address.
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: isUnix ? .other(words) : .nameNotResolved
    case CURLE_COULDNT_CONNECT: connection
    // An answer in HTTP/0.9, which anything at all is, is reported as an unsupported protocol.
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING,
      CURLE_BAD_CONTENT_ENCODING, CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_HTTP3:
      .garbage
    case CURLE_SEND_ERROR, CURLE_RECV_ERROR: broken
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
      CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS,
      CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_CLIENTCERT, CURLE_SSL_ENGINE_NOTFOUND, CURLE_USE_SSL_FAILED:
      .tls(words)
    default: .other(words)
    }
  }

  private var words: String {
    // They can hold a proxy's URL.
    text.isEmpty ? String(cString: curl_easy_strerror(code)) : withoutCredentials(text)
  }

  private var connection: HTTPError {
    switch Int32(truncatingIfNeeded: systemError) {
    case ECONNREFUSED, ENOTSOCK: .refused
    case ENOENT, ENOTDIR: isUnix ? .noSocket : .other(words)
    case EACCES, EPERM: .notPermitted
    case ENETUNREACH, EHOSTUNREACH, ENETDOWN, EHOSTDOWN, EADDRNOTAVAIL: .noRoute
    case ETIMEDOUT: .timedOut
    case ECONNRESET, EPIPE: .garbage
    default: .other(words)
    }
  }

  /// A connection that broke while it was used. In TLS 1.3 that is also how a server refuses a client's certificate: the
  /// client takes the handshake for done by then, and the server's alert may be lost when it closes.
  private var broken: HTTPError {
    if isTLS, !hasAnswer { return .tls(words) }
    return text.contains("CONNECT tunnel failed") ? .other(words) : .garbage
  }
}
