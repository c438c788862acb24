import HandoffText
import Testing

@Suite struct ByteMatcherTests {
  private static func matcher(_ words: [String], bounded: Set<String> = []) -> ByteMatcher {
    ByteMatcher(words.map { ByteMatcher.Pattern($0.utf8, isBounded: bounded.contains($0)) })
  }

  @Test("What overlaps is replaced as one, by the longest of it, and what was put in is not looked through")
  func replaced() {
    let words = ["role", "role_app", "app.db", "masked", "ole_"]
    let matcher = Self.matcher(words)
    #expect(matcher.replaced(in: "role_app.db, role; masked") { "masked<\($0)>" } == "masked<1>, masked<0>; masked<3>")
    #expect(matcher.replaced(in: "nothing") { _ in "x" } == nil)
    #expect(Self.matcher(["", "a"]).replaced(in: "banana") { "\($0)" } == "b1n1n1")
    #expect(Self.matcher([]).isEmpty && Self.matcher([""]).isEmpty)
  }

  @Test("A bounded pattern stands alone as a word, and a shorter one counts where a longer one does not stand alone")
  func bounded() {
    let matcher = Self.matcher(["5432", "a 5432", "2"], bounded: ["5432", "a 5432", "2"])
    #expect(matcher.replaced(in: "5432/tcp a5432 ba 5432 54322 2") { "<\($0)>" } == "<0>/tcp a5432 ba <0> 54322 <2>")
  }

  @Test("It covers the bytes that a search for each pattern covers", arguments: UInt64(1)...40)
  func same(seed: UInt64) {
    var state = seed
    func next(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
    func some(_ count: Int) -> [UInt8] { (0..<count).map { _ in Array("ab_-".utf8)[next(seed % 2 == 0 ? 2 : 4)] } }
    let patterns = (0..<12).map { _ in (bytes: some(1 + next(6)), isBounded: next(3) == 0) }
    let text = some(120)
    var covered = [Bool](repeating: false, count: text.count)
    for (bytes, isBounded) in patterns {
      for start in 0...text.count - bytes.count where text[start..<start + bytes.count].elementsEqual(bytes) {
        let end = start + bytes.count
        let isAlone =
          (start == 0 || !text[start - 1].isWordOfASCII) && (end == text.count || !text[end].isWordOfASCII)
        if !isBounded || isAlone { for index in start..<end { covered[index] = true } }
      }
    }
    let places = ByteMatcher(patterns.map { ByteMatcher.Pattern($0.bytes, isBounded: $0.isBounded) }).places(in: text)
    #expect(Set(places.flatMap { Array($0.range) }) == Set(covered.indices.filter { covered[$0] }))
    for (place, after) in zip(places, places.dropFirst()) { #expect(place.range.upperBound <= after.range.lowerBound) }
  }
}
