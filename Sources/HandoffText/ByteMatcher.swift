/// Finds many byte sequences in one pass over a text: time grows with the length of the text, and not with how many there
/// are or how much they have in common (Aho and Corasick, "Efficient string matching", 1975).
public struct ByteMatcher: Sendable {
  /// A sequence to look for.
  public struct Pattern: Sendable {
    let bytes: [UInt8]
    let isBounded: Bool

    /// Takes a sequence; an empty one is nowhere.
    /// - Parameter isBounded: whether it counts only where no letter, digit or underscore of ASCII stands beside it. Meant
    ///   for short ones: where many of them end at one place, each is looked at.
    public init(_ bytes: some Sequence<UInt8>, isBounded: Bool = false) {
      self.bytes = Array(bytes)
      self.isBounded = isBounded
    }
  }

  /// Where something stands: the bytes, and the index of the pattern.
  public struct Place: Hashable, Sendable {
    /// The bytes of the text.
    public let range: Range<Int>
    /// The pattern's index among those that were given; of equal ones the first.
    public let pattern: Int
  }

  /// The beginning of some patterns: what follows, and where to go on when nothing fits.
  private struct Node: Sendable {
    var byte: UInt8 = 0
    var child: Int32 = 0
    var sibling: Int32 = 0
    /// The longest other beginning with which this one ends.
    var fallback: Int32 = 0
    var length: Int32 = 0
    /// The longest pattern, bounded or not, that is all of this beginning or its end, and -1 for none.
    var free: Int32 = -1
    /// The longest beginning, this one or another with which it ends, that is a bounded pattern; and -1.
    var bounded: Int32 = -1
    /// The bounded pattern that this beginning is, and -1.
    var ownBounded: Int32 = -1
  }

  private var nodes = [Node()]
  private var lengths: [Int] = []
  /// The nodes below the root by their byte.
  private var first = [Int32](repeating: 0, count: 256)

  /// Prepares to look for patterns, in time and memory that grow with their lengths.
  public init(_ patterns: [Pattern]) {
    lengths = patterns.map(\.bytes.count)
    for (index, pattern) in patterns.enumerated() where !pattern.bytes.isEmpty { insert(pattern, Int32(index)) }
    link()
  }

  /// Whether there is nothing to look for.
  public var isEmpty: Bool { nodes.count == 1 }

  private mutating func insert(_ pattern: Pattern, _ index: Int32) {
    var node = 0
    for byte in pattern.bytes {
      var next = node == 0 ? Int(first[Int(byte)]) : Int(nodes[node].child)
      while node != 0, next != 0, nodes[next].byte != byte { next = Int(nodes[next].sibling) }
      if next == 0 {
        next = nodes.count
        nodes.append(Node(byte: byte, sibling: nodes[node].child, length: nodes[node].length + 1))
        nodes[node].child = Int32(next)
        if node == 0 { first[Int(byte)] = Int32(next) }
      }
      node = next
    }
    if pattern.isBounded {
      if nodes[node].ownBounded < 0 { nodes[node].ownBounded = index }
      nodes[node].bounded = Int32(node)
    } else if nodes[node].free < 0 {
      nodes[node].free = index
    }
  }

  /// Sets the fallbacks, shorter beginnings first.
  private mutating func link() {
    var queue: [Int] = [0]
    queue.reserveCapacity(nodes.count)
    var position = 0
    while position < queue.count {
      let parent = queue[position]
      position += 1
      var child = Int(nodes[parent].child)
      while child != 0 {
        queue.append(child)
        if parent != 0 {
          let fallback = step(from: Int(nodes[parent].fallback), nodes[child].byte)
          nodes[child].fallback = Int32(fallback)
          if nodes[child].free < 0 { nodes[child].free = nodes[fallback].free }
          if nodes[child].bounded < 0 { nodes[child].bounded = nodes[fallback].bounded }
        }
        child = Int(nodes[child].sibling)
      }
    }
  }

  /// The longest beginning that another one and a byte end with.
  private func step(from node: Int, _ byte: UInt8) -> Int {
    var node = node
    while node != 0 {
      var child = Int(nodes[node].child)
      while child != 0, nodes[child].byte != byte { child = Int(nodes[child].sibling) }
      if child != 0 { return child }
      node = Int(nodes[node].fallback)
    }
    return Int(first[Int(byte)])
  }

  /// The places where patterns stand, in the order of the text. Places that overlap are told as one, which bears the longest
  /// of their patterns: nothing of any of them is outside.
  public func places(in text: [UInt8]) -> [Place] {
    var places: [Place] = []
    guard !isEmpty else { return places }
    var node = 0
    for (index, byte) in text.enumerated() {
      node = node == 0 ? Int(first[Int(byte)]) : step(from: node, byte)
      if node != 0, let pattern = longest(at: node, end: index + 1, in: text) {
        add(Place(range: index + 1 - lengths[pattern]..<index + 1, pattern: pattern), to: &places)
      }
    }
    return places
  }

  /// The longest pattern that ends where a beginning does.
  private func longest(at node: Int, end: Int, in text: [UInt8]) -> Int? {
    let free = nodes[node].free < 0 ? nil : Int(nodes[node].free)
    guard nodes[node].bounded >= 0, end == text.count || !text[end].isWordOfASCII else { return free }
    var bounded = Int(nodes[node].bounded)
    while bounded > 0 {
      let start = end - Int(nodes[bounded].length)
      if let free, lengths[free] >= end - start { return free }
      if start == 0 || !text[start - 1].isWordOfASCII { return Int(nodes[bounded].ownBounded) }
      bounded = Int(nodes[Int(nodes[bounded].fallback)].bounded)
    }
    return free
  }

  private func add(_ place: Place, to places: inout [Place]) {
    var place = place
    while let last = places.last, last.range.upperBound > place.range.lowerBound {
      places.removeLast()
      let range = min(last.range.lowerBound, place.range.lowerBound)..<place.range.upperBound
      let isLonger = lengths[place.pattern] > lengths[last.pattern]
      place = Place(range: range, pattern: isLonger ? place.pattern : last.pattern)
    }
    places.append(place)
  }

  /// The text with something in the place of each pattern.
  /// - Parameter replacement: takes the index of a pattern.
  /// - Returns: nil where none stands in it.
  public func replaced(in text: String, by replacement: (Int) -> String) -> String? {
    let bytes = Array(text.utf8)
    let places = places(in: bytes)
    if places.isEmpty { return nil }
    var result: [UInt8] = []
    var position = 0
    for place in places {
      result += bytes[position..<place.range.lowerBound]
      result += Array(replacement(place.pattern).utf8)
      position = place.range.upperBound
    }
    return String(decoding: result + bytes[position...], as: UTF8.self)
  }
}

extension UInt8 {
  /// A letter, a digit or an underscore.
  public var isWordOfASCII: Bool {
    switch self {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x5f: true
    default: false
    }
  }
}
