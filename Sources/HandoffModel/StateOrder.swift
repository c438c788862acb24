import HandoffText

extension StateOrder {
  /// Whether one value of a state is worse than another; values that cannot be ordered are.
  func isWorse(_ new: JSONValue, than old: JSONValue) -> Bool {
    switch self {
    case .none: true
    case .absentIsBetter: new != .null
    case .presentIsBetter: old != .null
    case .higherIsBetter:
      switch (old, new) {
      case (.int(let before), .int(let now)): now < before
      case (.string(let before), .string(let now)): Version(now) < Version(before)
      default: true
      }
    case .fewerIsBetter:
      switch (old, new) {
      case (.int(let before), .int(let now)): now > before
      default:
        if let before = old.strings, let now = new.strings { !Set(now).isSubset(of: before) } else { true }
      }
    case .ranked(let ranks):
      if let before = Self.rank(old, ranks), let now = Self.rank(new, ranks) { now > before } else { true }
    }
  }

  private static func rank(_ value: JSONValue, _ ranks: [[String]]) -> Int? {
    guard let word = value.string else { return nil }
    return ranks.firstIndex { $0.contains(word) }
  }
}

/// A version of software, ordered by its numbers: `15.18` after `15.9`, `8.3.4` after `8.3.4rc1`.
struct Version: Comparable {
  private let numbers: [Int]
  private let suffix: String

  init(_ text: String) {
    let head = text.prefix(while: { $0.isASCII && ($0.isNumber || $0 == ".") })
    numbers = head.split(separator: ".").compactMap { Int($0) }
    suffix = String(text[head.endIndex...])
  }

  static func < (left: Version, right: Version) -> Bool {
    let length = max(left.numbers.count, right.numbers.count)
    for index in 0..<length {
      let (one, other) = (left.number(index), right.number(index))
      if one != other { return one < other }
    }
    // A suffix right behind the numbers marks a version before the release.
    if left.suffix.isEmpty != right.suffix.isEmpty { return !left.suffix.isEmpty }
    return left.suffix.precedes(right.suffix)
  }

  private func number(_ index: Int) -> Int { index < numbers.count ? numbers[index] : 0 }
}
