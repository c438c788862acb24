import HandoffModel

@testable import HandoffDocument

/// The facts block alone.
enum FuzzedFacts: FuzzedParser {
  static func parse(_ input: [UInt8]) {
    guard let (handoff, _) = try? FactsBlock.read(input[...], line: 1) else { return }
    let block = FactsBlock.render(handoff)
    hold(block.split(separator: "\n").allSatisfy { isOneLine(String($0)) }, "a block holds no control character")
    let lines = block.utf8.split(separator: UInt8(ascii: "\n"))
    hold(lines.dropFirst().dropLast().allSatisfy { !$0.contains(UInt8(ascii: "`")) }, "no value closes the fence")
    guard let (again, edited) = try? FactsBlock.read(Array(block.utf8.dropFirst(8).dropLast(4))[...], line: 1) else {
      fatalError("broken: what was written can be read")
    }
    hold(again == handoff.recorded && !edited, "what was written is what is read")
  }
}
