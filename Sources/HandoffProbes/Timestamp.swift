/// Points in time as files and servers write them, in seconds since 1970.
enum Timestamp {
  /// `2026-11-22T16:10:47Z`, with a fraction or an offset (`+00:00`) or `UTC`, as RFC 3339, botocore and the Engine API
  /// write it.
  static func parse(_ text: String) -> Double? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes[4] == 0x2d, bytes[7] == 0x2d, bytes[10] == 0x54 || bytes[10] == 0x20,
      bytes[13] == 0x3a, bytes[16] == 0x3a,
      let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
      let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
      let whole = seconds(year, month, day, hour, minute, second)
    else { return nil }
    var rest = bytes[19...]
    var time = Double(whole)
    if rest.first == 0x2e {
      let digits = rest.dropFirst().prefix { isDigit($0) }
      rest = rest[digits.endIndex...]
      time += Double("0." + String(decoding: digits, as: UTF8.self)) ?? 0
    }
    switch String(decoding: rest, as: UTF8.self) {
    case "Z", "z", "UTC": return time
    default:
      let digits = rest.dropFirst().filter { $0 != 0x3a }
      guard rest.first == 0x2b || rest.first == 0x2d, digits.count == 4, let hours = number(digits[..<2]),
        let minutes = number(digits[2...]), hours < 24, minutes < 60
      else { return nil }
      let offset = Double(hours * 3600 + minutes * 60)
      return rest.first == 0x2b ? time - offset : time + offset
    }
  }

  /// `Sun, 22 Nov 2026 15:10:47 GMT`, as RFC 9110 has it in `Date`.
  static func httpDate(_ text: String) -> Int? {
    let words = text.split(separator: " ")
    guard words.count == 6, words[5] == "GMT", let day = number(words[1].utf8), let year = number(words[3].utf8),
      let month = months.firstIndex(of: String(words[2]))
    else { return nil }
    let clock = words[4].split(separator: ":").map { number($0.utf8) }
    guard clock.count == 3, let hour = clock[0], let minute = clock[1], let second = clock[2] else { return nil }
    return seconds(year, month + 1, day, hour, minute, second)
  }

  /// RFC 3339 in UTC.
  static func format(_ time: Int) -> String {
    let days = Int((Double(time) / 86400).rounded(.down))
    let rest = time - days * 86400
    let shifted = days + 719_468
    let era = Int((Double(shifted) / 146_097).rounded(.down))
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    return "\(date)T\(padded(rest / 3600, 2)):\(padded(rest / 60 % 60, 2)):\(padded(rest % 60, 2))Z"
  }

  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func number(_ digits: some Collection<UInt8>) -> Int? {
    guard !digits.isEmpty, digits.count <= 4, digits.allSatisfy(isDigit) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// The proleptic Gregorian calendar in UTC.
  private static func seconds(
    _ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int, _ second: Int
  ) -> Int? {
    guard year >= 1, (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61 else {
      return nil
    }
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return (era * 146_097 + dayOfEra - 719_468) * 86400 + hour * 3600 + minute * 60 + second
  }
}
