#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension String {
  /// Order by Unicode scalars, which is that of the bytes of UTF-8: the same on every machine and in every locale.
  public func precedes(_ other: String) -> Bool {
    var (left, right) = (self, other)
    return left.withUTF8 { left in
      right.withUTF8 { right in
        let count = min(left.count, right.count)
        guard count > 0, let one = left.baseAddress, let two = right.baseAddress else {
          return left.count < right.count
        }
        let order = memcmp(one, two, count)
        return order == 0 ? left.count < right.count : order < 0
      }
    }
  }
}
