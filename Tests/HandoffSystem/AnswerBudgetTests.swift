import Testing

@testable import HandoffSystem

/// What is kept of answers that come at once.
@Suite struct AnswerBudgetTests {
  @Test("Programs that print at once share what may be kept, and give it back when they end")
  func programs() {
    let budget = AnswerBudget(bytes: 8)
    func append(_ count: Int, to capture: CommandCapture) -> Bool {
      Array(repeating: UInt8(0), count: count).withUnsafeBytes { capture.append($0, toOutput: true) }
    }
    let first = CommandCapture(limit: 8, budget: budget)
    let second = CommandCapture(limit: 8, budget: budget)
    #expect(append(5, to: first))
    #expect(append(3, to: second))
    #expect(!append(1, to: second), "both are within their limits, and together they are not")
    #expect(first.finish().standard.count == 5)
    #expect(append(5, to: second))
    #expect(second.finish().standard.count == 8)
    _ = second.finish()
    #expect(budget.reserve(100) == 8, "what was kept is given back once")
  }
}
