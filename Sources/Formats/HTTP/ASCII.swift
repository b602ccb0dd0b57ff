extension UInt8 {
  /// VCHAR of RFC 5234, appendix B.1: what can be seen, the space left out.
  package var isVisible: Bool { 0x21...0x7E ~= self }

  package var isControl: Bool { self < 0x20 || self == 0x7F }
}

extension ArraySlice<UInt8> {
  /// Without the spaces and tabs at both ends: OWS of RFC 9110, section 5.6.3.
  var withoutOuterBlanks: ArraySlice<UInt8> {
    let isBlank = { (byte: UInt8) in byte == .space || byte == .tab }
    let start = drop(while: isBlank)
    guard let last = start.lastIndex(where: { !isBlank($0) }) else { return start.prefix(0) }
    return start[...last]
  }

  /// Whether these are the letters of `lowercased`, in whatever case.
  func matches(_ lowercased: String) -> Bool {
    elementsEqual(lowercased.utf8) { ($0.isLetter ? $0 | 0x20 : $0) == $1 }
  }

  /// The number these digits write, `Int.max` for every greater one, and nil for anything but digits.
  var decimal: Int? {
    guard !isEmpty, allSatisfy({ $0.isDigit }) else { return nil }
    var value = 0
    for digit in self {
      guard value <= (Int.max - 9) / 10 else { return .max }
      value = value * 10 + Int(digit - 0x30)
    }
    return value
  }
}

extension [UInt8] {
  package func contains(_ text: String) -> Bool {
    let wanted = Array(text.utf8)
    guard count >= wanted.count else { return false }
    return (0...count - wanted.count).contains { self[$0...].starts(with: wanted) }
  }
}
