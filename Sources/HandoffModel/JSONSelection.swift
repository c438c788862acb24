/// Which parts of a JSON text are wanted: of the others nothing is kept, and no value is made.
public indirect enum JSONSelection: Sendable, ExpressibleByDictionaryLiteral {
  /// All of a value.
  case whole
  /// Nothing of a value.
  case nothing
  /// Of an object these members, and of an array the same of each element.
  case members([String: JSONSelection])
  /// The same of each member of an object, whatever its name is.
  case each(JSONSelection)

  /// Of an object these members.
  public init(dictionaryLiteral elements: (String, JSONSelection)...) {
    self = .members(Dictionary(elements, uniquingKeysWith: { $1 }))
  }

  /// What is wanted of a member.
  subscript(name: String) -> JSONSelection {
    switch self {
    case .whole: .whole
    case .nothing: .nothing
    case .members(let members): members[name] ?? .nothing
    case .each(let selection): selection
    }
  }

  var isNothing: Bool { if case .nothing = self { true } else { false } }
}
