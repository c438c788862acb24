/// Tells, scalar by scalar, which of a text a reader sees as themselves; the others are to be escaped.
public struct VisibleScalars {
  /// How many marks may stand on one character (https://www.unicode.org/reports/tr39/#Optional_Detection).
  static let marksOnOne = 4

  /// How many marks the character before bears; nil where there is none that could bear any.
  private var marks: Int?

  /// Begins a text.
  public init() {}

  /// Takes the next scalar and tells whether a reader sees it.
  ///
  /// A mark is seen on a character of the same text, not on the quote or backtick that we put before it, and not where
  /// so many are piled up that they cover the lines around.
  public mutating func shows(_ scalar: Unicode.Scalar) -> Bool {
    guard scalar.isVisible else {
      marks = nil
      return false
    }
    guard scalar.isMark else {
      marks = 0
      return true
    }
    guard let before = marks, before < Self.marksOnOne else { return false }
    marks = before + 1
    return true
  }
}

extension Untrusted {
  /// The text with its lines as its author wrote it, in which control, bidirectional and zero-width characters are
  /// escaped; line ends, tabs, every kind of space, and joiners and variation selectors where they make one sign of two
  /// (emoji, Persian, Hindi) stay.
  public var visibleLines: String {
    if raw.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f || $0 == 0x0a || $0 == 0x09 || $0 == 0x0d }) { return raw }
    let scalars = Array(raw.unicodeScalars)
    var text = ""
    var reader = VisibleScalars()
    for (index, scalar) in scalars.enumerated() {
      let before = index > 0 ? scalars[index - 1] : nil
      let after = index + 1 < scalars.count ? scalars[index + 1] : nil
      let stays: Bool =
        switch scalar {
        case "\u{200c}", "\u{200d}": Self.joins(before) && (after.map { $0.isVisible && !$0.isASCII } ?? false)
        case "\u{fe0e}", "\u{fe0f}": before.map(Self.hasVariants) ?? false
        default:
          reader.shows(scalar) || ["\n", "\t", "\r"].contains(scalar)
            || scalar.properties.generalCategory == .spaceSeparator
            || scalar.properties.generalCategory == .privateUse
        }
      if stays { text.unicodeScalars.append(scalar) } else { text += scalar.escaped }
    }
    return text
  }

  private static func joins(_ scalar: Unicode.Scalar?) -> Bool {
    guard let scalar else { return false }
    return scalar == "\u{fe0f}" || (scalar.isVisible && !scalar.isASCII)
  }

  /// Signs, and the digits of key caps.
  private static func hasVariants(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isVisible && (!scalar.isASCII || "0123456789#*".unicodeScalars.contains(scalar))
  }
}

extension Unicode.Scalar {
  /// Whether a reader sees this character as itself on one line of text, leaving aside what it stands on.
  var isVisible: Bool {
    if isASCII { return value >= 0x20 && value != 0x7f }
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse:
      return false
    case .spaceSeparator:
      return false
    default:
      // A cell of Braille without dots, and a note without a head, are symbols, and blank.
      return !properties.isDefaultIgnorableCodePoint && self != "\u{2800}" && self != "\u{1d159}"
    }
  }

  /// Whether this character is drawn on the one before it.
  fileprivate var isMark: Bool {
    if isASCII { return false }
    let category = properties.generalCategory
    return category == .nonspacingMark || category == .enclosingMark
  }

  /// The escape that stands for this character where it cannot be shown.
  var escaped: String {
    switch self {
    case "\n": #"\n"#
    case "\r": #"\r"#
    case "\t": #"\t"#
    default: #"\u{"# + hexadecimal(value, width: 2) + "}"
    }
  }
}
