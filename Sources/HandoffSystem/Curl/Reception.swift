import HandoffText

/// What has come of an answer so far. libcurl fills it on the thread that runs the request.
final class Reception {
  /// How many bytes of header fields are taken: all real ones together are far below it.
  private static let headerLimit = 256 << 10

  private(set) var headers: [String: String] = [:]
  private(set) var body: [UInt8] = []
  private(set) var isTooLarge = false
  private let bodyLimit: Int
  private let isAbandoned: () -> Bool
  private var headerBytes = 0

  /// Whether any line of an answer has come.
  var hasBegun: Bool { headerBytes > 0 }

  init(bodyLimit: Int, isAbandoned: @escaping () -> Bool) {
    self.bodyLimit = bodyLimit
    self.isAbandoned = isAbandoned
  }

  /// https://curl.se/libcurl/c/CURLOPT_WRITEFUNCTION.html: taking less than was given ends the request.
  static func takeBody(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int, _ context: UnsafeMutableRawPointer?) -> Int
  {
    guard let bytes, let context else { return 0 }
    let reception = Unmanaged<Reception>.fromOpaque(context).takeUnretainedValue()
    guard count <= reception.bodyLimit - reception.body.count else {
      reception.isTooLarge = true
      return 0
    }
    // Room is made once: growing by copies would take more than the limit.
    if reception.body.isEmpty { reception.body.reserveCapacity(reception.bodyLimit) }
    reception.body.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
    return count
  }

  /// https://curl.se/libcurl/c/CURLOPT_HEADERFUNCTION.html: called for each line, of every answer on the way.
  static func takeHeader(
    _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int, _ context: UnsafeMutableRawPointer?
  ) -> Int {
    guard let bytes, let context else { return 0 }
    let reception = Unmanaged<Reception>.fromOpaque(context).takeUnretainedValue()
    reception.headerBytes += count
    guard reception.headerBytes <= headerLimit else {
      reception.isTooLarge = true
      return 0
    }
    reception.add(String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self))
    return count
  }

  /// https://curl.se/libcurl/c/CURLOPT_XFERINFOFUNCTION.html: not zero ends the request.
  static func progress(_ context: UnsafeMutableRawPointer?) -> Int32 {
    guard let context else { return 1 }
    return Unmanaged<Reception>.fromOpaque(context).takeUnretainedValue().isAbandoned() ? 1 : 0
  }

  private func add(_ line: String) {
    if line.hasPrefix("HTTP/") {
      headers = [:]
    } else if let colon = line.firstIndex(of: ":") {
      headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].trimmed)
    }
  }
}
