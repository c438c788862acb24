/// The seconds since 1970 of a time as the Engine API writes it (RFC 3339 with up to nanoseconds), or nil for another
/// text and for the year 1, which stands for "never".
func secondsSince1970(_ text: String) -> Double? {
  let bytes = Array(text.utf8)
  func number(_ start: Int, _ count: Int) -> Int? {
    guard start + count <= bytes.count else { return nil }
    return bytes[start..<start + count].reduce(Int?(0)) { total, byte in
      guard let total, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      return total * 10 + Int(byte - UInt8(ascii: "0"))
    }
  }
  guard let year = number(0, 4), year > 1, let month = number(5, 2), (1...12).contains(month), let day = number(8, 2),
    let hour = number(11, 2), let minute = number(14, 2), let second = number(17, 2)
  else { return nil }
  var index = 19
  var fraction = 0.0
  if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
    var scale = 0.1
    index += 1
    while let digit = number(index, 1) {
      fraction += Double(digit) * scale
      scale /= 10
      index += 1
    }
  }
  var offset = 0
  if index < bytes.count, bytes[index] != UInt8(ascii: "Z") {
    guard let hours = number(index + 1, 2), let minutes = number(index + 4, 2) else { return nil }
    offset = (hours * 60 + minutes) * 60 * (bytes[index] == UInt8(ascii: "-") ? -1 : 1)
  }
  // Days from the civil calendar, counted in years that begin in March.
  let shifted = month <= 2 ? year - 1 : year
  let era = shifted / 400
  let yearOfEra = shifted - era * 400
  let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
  let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  return Double(days * 86400 + hour * 3600 + minute * 60 + second - offset) + fraction
}
