/// Asks before something is done that was just shown.
enum Question {
  /// Waits for a yes.
  /// - Parameter otherwise: the command that does it without asking.
  /// - Throws: ``NotTrusted`` where nobody says yes.
  static func ask(otherwise command: String) throws {
    guard Console.inputIsTerminal else {
      throw NotTrusted("there is no terminal to ask on; look at the plan, then: \(command)")
    }
    Console.tell("\nGo on? [y/N] ")
    let answer = readLine()?.lowercased() ?? ""
    guard answer == "y" || answer == "yes" else { throw NotTrusted("nothing was done") }
  }
}
