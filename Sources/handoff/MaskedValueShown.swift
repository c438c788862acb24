/// A value that is to be masked and stands in what was to be written or printed: exit status 3.
struct MaskedValueShown: Error, CustomStringConvertible {
  /// What would show it.
  enum Place {
    /// A document, by its name.
    case document(String)
    case report
  }

  let place: Place
  let line: Int
  let fact: String

  var description: String {
    switch place {
    case .document(let name):
      "\(name): line \(line) would show the value of \(fact), which mask in handoff.yml keeps back: it is part of a name, of "
        + "your template, or a word that the document itself uses; nothing was written. Take it out of mask, or give it another name"
    case .report:
      "line \(line) of the report would show the value of \(fact), which mask in handoff.yml keeps back: it is part of a name, or "
        + "stands in handoff.yml; nothing was printed; --format terminal shows it to you"
    }
  }
}

/// A masked value that its author's own words hold, which were to be committed: exit status 3.
struct MaskedValueInNotes: Error, CustomStringConvertible {
  /// A line for each place.
  let places: [String]

  var description: String {
    places.joined(separator: "\n")
      + "\nnothing was written or committed; take it out, or write it without --commit, and commit it yourself"
  }
}
