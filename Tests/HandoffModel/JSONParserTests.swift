import HandoffModel
import Testing

/// JSON comes from servers and from documents that anybody may have edited.
@Suite struct JSONParserTests {
  @Test(
    arguments: [
      ("null", JSONValue.null), (" true ", true), ("-0", 0), ("12", 12), ("1.0", .double(1)), ("1e2", .double(100)),
      ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
      ("9223372036854775808", .double(9_223_372_036_854_775_808)), ("[]", []), ("{}", [:]),
      (#"{"a":[1,{"b":null}],"a":2}"#, ["a": 2]), (#""\u00e9\ud83d\ude00\/\n\"""#, "é😀/\n\""),
      ("[\r\n\t 1 ,2]", [1, 2]),
    ] as [(String, JSONValue)])
  func values(text: String, value: JSONValue) throws {
    #expect(try JSONValue(parsing: text.utf8) == value)
  }

  @Test(arguments: [
    "", " ", "nul", "tru", "01", "1.", ".5", "+1", "1e", "-", "1e999", "[1,]", "[1 2]", "[", "{\"a\"}", "{\"a\":1,}",
    "{a:1}",
    "\"", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"a\nb\"", "1 2", "NaN", "'a'", "\u{feff}1",
  ])
  func whatIsNotJSON(text: String) {
    #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: text.utf8) }
    for inside in ["{\"a\":\(text)}", "{\"a\":{\"b\":[1,\(text)]}}"] {
      #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: inside.utf8, selecting: ["x": .whole]) }
    }
  }

  @Test func ofWhatIsNotWantedNothingIsKept() throws {
    let text = #"""
      {"a":{"b":1,"c":[1,"é\n",{"d":null}],"e":{"f":2}},"b":[{"x":1,"y":2},{"y":3},4],"c":"é\"","d":{"k":{"x":1,"y":2},"l":5},
      "a\u0062":true,"z":-1.5e3}
      """#
    func read(_ selection: JSONSelection) throws -> JSONValue {
      try JSONValue(parsing: text.utf8, selecting: selection)
    }
    #expect(try read(.whole) == JSONValue(parsing: text.utf8))
    #expect(try read([:]) == [:])
    #expect(try read(["a": ["b": .whole, "e": .whole]]) == ["a": ["b": 1, "e": ["f": 2]]])
    #expect(try read(["b": ["x": .whole], "ab": .whole]) == ["b": [["x": 1], [:], 4], "ab": true])
    #expect(try read(["d": .each(["y": .whole]), "none": .whole]) == ["d": ["k": ["y": 2], "l": 5]])
    #expect(try read(["c": ["x": .whole], "z": .whole]) == ["c": "é\"", "z": .double(-1500)])
  }

  @Test func whatIsNotWantedCountsAsWell() {
    let zeros = "{\"a\":[" + Array(repeating: "0", count: 100).joined(separator: ",") + "]}"
    #expect(throws: JSONSyntaxError.self) {
      try JSONValue(parsing: zeros.utf8, maximumValues: 100, selecting: ["b": .whole])
    }
    let nested = "{\"a\":" + String(repeating: "[", count: 300) + String(repeating: "]", count: 300) + "}"
    #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: nested.utf8, selecting: ["b": .whole]) }
  }

  @Test func bytesThatAreNotUTF8() {
    #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: [0x22, 0xff, 0x22]) }
    #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: [0x22, 0x5c, 0x6e, 0xff, 0x22]) }
  }

  @Test func theLineOfAMistakeIsTold() throws {
    let error = try #require(throws: JSONSyntaxError.self) { try JSONValue(parsing: "{\n\"a\": 1,\n?\n}".utf8) }
    #expect(error.line == 3)
  }

  @Test func depthIsLimited() throws {
    func nested(_ count: Int) -> String {
      String(repeating: "[", count: count) + String(repeating: "]", count: count)
    }
    _ = try JSONValue(parsing: nested(250).utf8)
    #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: nested(300).utf8) }
    #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: String(repeating: "{\"a\":", count: 500_000).utf8) }
  }

  @Test func theNumberOfValuesIsLimited() throws {
    func zeros(_ count: Int) -> String { "[" + Array(repeating: "0", count: count).joined(separator: ",") + "]" }
    _ = try JSONValue(parsing: zeros(200_000).utf8)
    #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: zeros(250_000).utf8) }
  }

  @Test func aSourceIsReadAsItWasWritten() {
    for kind in Source.Kind.allCases {
      for detail in ["", "a", ": a", " ", "\u{301}a", "a: b"] {
        let source = Source(kind, detail)
        #expect(Source(parsing: source.description) == source)
      }
    }
    #expect(Source(parsing: "elsewhere: a") == nil)
  }

  @Test func nothingThatIsWrittenCanEndAFenceOrHide() {
    let value: JSONValue = ["`<a>": "-->\u{202e}\u{0}é\u{200b}"]
    #expect(value.canonical == #"{"\u0060\u003ca\u003e":"--\u003e\u202e\u0000é\u200b"}"#)
    #expect(JSONValue.string("plain `").canonical == #""plain \u0060""#)
  }

  @Test func theValuesOfATextAreCounted() throws {
    #expect(try JSONValue(parsing: "[1,[2]]".utf8, maximumValues: 4) == [1, [2]])
    #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: "[1,[2]]".utf8, maximumValues: 3) }
  }

  @Test func elementsAreReadOneByOne() throws {
    func read(_ text: String, until last: JSONValue? = nil) throws -> [JSONValue] {
      var found: [JSONValue] = []
      try JSONValue.eachElement(parsing: Array(text.utf8), maximumValues: 3) { element in
        found.append(element)
        return element != last
      }
      return found
    }
    #expect(try read(" [] ") == [])
    #expect(try read("[1, [2, 3] ,{\"a\":4}]\n") == [1, [2, 3], ["a": 4]])
    // What was not asked for is not read.
    #expect(try read("[1,2,?", until: 2) == [1, 2])
    for text in ["", "1", "{}", "[1,]", "[1 2]", "[1", "[1] 2", "[?]", "[1,[2,3,4]]"] {
      #expect(throws: JSONSyntaxError.self, "\(text)") { try read(text) }
    }
  }
}
