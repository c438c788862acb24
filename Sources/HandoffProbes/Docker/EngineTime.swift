/// The seconds since 1970 of a time as the Engine API writes it (RFC 3339 with up to nanoseconds), or nil for another
/// text and for the year 1, which stands for "never".
func secondsSince1970(_ text: String) -> Double? {
  Timestamp.parse(text).flatMap { text.hasPrefix("0001-") ? nil : $0 }
}
