import Crypto
import HandoffText

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Whether a file is still what was applied, by the checksum that its tool keeps.
///
/// Not told, since it does not follow from the file alone: Flyway's repeatable migrations with placeholders and its
/// migrations in Java, refinery's in Rust, and those of sqlx where `sqlx.toml` leaves characters out.
enum MigrationChecksum {
  /// Compares.
  /// - Parameters:
  ///   - bytes: the file's.
  ///   - name: the file's, which is part of some checksums.
  ///   - record: what the tracking table says of it.
  /// - Returns: nil where it cannot be told.
  static func isSame(_ bytes: [UInt8], name: String, _ record: MigrationRecord, kind: MigrationKind) -> Bool? {
    guard let checksum = record.checksum, !checksum.isEmpty else { return nil }
    switch kind {
    case .flyway: return flyway(bytes, record, checksum)
    case .sqlx: return SHA384.hash(data: bytes).hexadecimal == checksum
    case .prisma: return prisma(bytes, checksum)
    case .refinery: return refinery(bytes, name, record).map { $0 == checksum }
    case .sqitch: return Insecure.SHA1.hash(data: bytes).hexadecimal == checksum
    case .handoff:
      let text = checksum.hasPrefix("\\x") ? String(checksum.dropFirst(2)) : checksum
      return handoff(bytes) == text.lowercased()
    case .dbmate, .rails, .golangMigrate, .alembic, .django, .goose: return nil
    }
  }

  /// Ours: the SHA-256 of the text with LF at the ends of its lines, in lower-case hexadecimal.
  static func handoff(_ bytes: [UInt8]) -> String { SHA256.hash(data: withLF(bytes)).hexadecimal }

  /// The CRC-32 of the text's lines without their ends and without a byte order mark, as a signed number
  /// (ChecksumCalculator.java).
  private static func flyway(_ bytes: [UInt8], _ record: MigrationRecord, _ checksum: String) -> Bool? {
    // What is put in for a placeholder of a repeatable migration is part of its checksum.
    let isRepeatable = record.file?.split(separator: "/").last?.hasPrefix("R__") == true
    if isRepeatable,
      zip(bytes, bytes.dropFirst()).contains(where: { $0 == UInt8(ascii: "$") && $1 == UInt8(ascii: "{") })
    {
      return nil
    }
    guard String(validating: bytes, as: UTF8.self) != nil else { return nil }
    let start = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    let text = bytes.dropFirst(start).filter { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    return String(Int32(bitPattern: CRC32.checksum(text))) == checksum
  }

  /// The SHA-256 of the text, with whichever ends of lines; in old tables without leading zeros (checksum.rs).
  private static func prisma(_ bytes: [UInt8], _ checksum: String) -> Bool {
    let lf = withLF(bytes)
    let crlf = lf.flatMap { $0 == UInt8(ascii: "\n") ? [UInt8(ascii: "\r"), $0] : [$0] }
    return [bytes, lf, crlf].contains { text in
      let digest = SHA256.hash(data: text)
      if checksum.utf8.count == 64 { return digest.hexadecimal == checksum }
      return digest.map { String($0, radix: 16) }.joined() == checksum
    }
  }

  /// The SipHash-1-3 with keys of zero of name, version and text, as Rust's `Hash` feeds them (migration.rs).
  private static func refinery(_ bytes: [UInt8], _ name: String, _ record: MigrationRecord) -> String? {
    guard let start = name.firstRange(of: "__"), name.hasSuffix(".sql"), let version = Int64(record.version) else {
      return nil
    }
    var input = Array(name[start.upperBound...].dropLast(4).utf8) + [0xff]
    let isWide = record.scope == "bigint"
    input += (0..<(isWide ? 8 : 4)).map { UInt8(truncatingIfNeeded: version >> (8 * $0)) }
    input += bytes + [0xff]
    return String(SipHash13.hash(input))
  }

  private static func withLF(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    for (index, byte) in bytes.enumerated() {
      let isBeforeLF = index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "\n")
      if byte != UInt8(ascii: "\r") || !isBeforeLF { result.append(byte) }
    }
    return result
  }
}

/// The CRC-32 of zip and Ethernet, reflected, polynomial 0x04C11DB7 (RFC 1952, section 8).
enum CRC32 {
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? 0xedb8_8320 ^ (value >> 1) : value >> 1 }
  }

  static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(~0) { table[Int(($0 ^ UInt32($1)) & 0xff)] ^ ($0 >> 8) }
  }
}

/// SipHash with one round for each word and three at the end (https://www.aumasson.jp/siphash/siphash.pdf), with keys
/// of zero: the hash of Rust's `DefaultHasher`.
enum SipHash13 {
  static func hash(_ bytes: [UInt8]) -> UInt64 {
    var state = State()
    let whole = bytes.count & ~7
    for start in stride(from: 0, to: whole, by: 8) {
      state.absorb(word(bytes[start..<(start + 8)]))
    }
    state.absorb(word(bytes[whole...]) | UInt64(truncatingIfNeeded: bytes.count & 0xff) << 56)
    return state.finish()
  }

  private static func word(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private struct State {
    var v0: UInt64 = 0x736f_6d65_7073_6575
    var v1: UInt64 = 0x646f_7261_6e64_6f6d
    var v2: UInt64 = 0x6c79_6765_6e65_7261
    var v3: UInt64 = 0x7465_6462_7974_6573

    mutating func absorb(_ word: UInt64) {
      v3 ^= word
      round()
      v0 ^= word
    }

    mutating func finish() -> UInt64 {
      v2 ^= 0xff
      for _ in 0..<3 { round() }
      return v0 ^ v1 ^ v2 ^ v3
    }

    private mutating func round() {
      v0 &+= v1
      v1 = (v1 << 13 | v1 >> 51) ^ v0
      v0 = v0 << 32 | v0 >> 32
      v2 &+= v3
      v3 = (v3 << 16 | v3 >> 48) ^ v2
      v0 &+= v3
      v3 = (v3 << 21 | v3 >> 43) ^ v0
      v2 &+= v1
      v1 = (v1 << 17 | v1 >> 47) ^ v2
      v2 = v2 << 32 | v2 >> 32
    }
  }
}
