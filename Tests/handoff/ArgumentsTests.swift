import Testing

@testable import handoff

@Suite struct ArgumentsTests {
  @Test("The kernel's list gives every argument, an empty one and one with a line end too")
  func split() {
    #expect(Arguments.split(Array("handoff\0verify\0\0a b\nc\0".utf8)) == ["verify", "", "a b\nc"])
    #expect(Arguments.split(Array("handoff\0".utf8)) == [])
    #expect(Arguments.split([]) == [])
  }
}
