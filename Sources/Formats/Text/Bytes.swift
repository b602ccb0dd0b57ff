// Text as bytes of ASCII, which is what arguments, HTTP and JSON are made of.

/// Whether two texts have the same bytes: no Unicode tables, and no two spellings of one character.
public func isSame(_ one: String, _ other: String) -> Bool { one.utf8.elementsEqual(other.utf8) }

/// Whether these bytes are those of the text.
public func isSame(_ bytes: some Sequence<UInt8>, _ text: String) -> Bool { bytes.elementsEqual(text.utf8) }

/// `host` or `host:port`, IPv6 in brackets; RFC 3986, section 3.2.2.
public func hostField(_ host: String, _ port: Int?) -> String {
  let bracketed = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
  return bracketed + (port.map { ":\($0)" } ?? "")
}

extension UInt8 {
  package static var tab: UInt8 { 0x09 }
  package static var lineFeed: UInt8 { 0x0A }
  package static var carriageReturn: UInt8 { 0x0D }
  package static var space: UInt8 { 0x20 }
  package static var quote: UInt8 { 0x22 }
  package static var dash: UInt8 { 0x2D }
  package static var dot: UInt8 { 0x2E }
  package static var slash: UInt8 { 0x2F }
  package static var colon: UInt8 { 0x3A }
  package static var equalsSign: UInt8 { 0x3D }
  package static var backslash: UInt8 { 0x5C }

  package var isDigit: Bool { 0x30...0x39 ~= self }
  package var isLetter: Bool { 0x61...0x7A ~= self | 0x20 }
  /// A letter, a digit, `-` or `_`.
  package var isWordByte: Bool { isLetter || isDigit || self == .dash || self == UInt8(ascii: "_") }
  /// VCHAR of RFC 5234, appendix B.1: what can be seen, the space left out.
  package var isVisible: Bool { 0x21...0x7E ~= self }
  /// A space, or a control character that moves the cursor forward: tab, line feed and their kin.
  package var isBlank: Bool { self == .space || 0x09...0x0D ~= self }
  package var isControl: Bool { self < 0x20 || self == 0x7F }

  package var lowercased: UInt8 { isLetter ? self | 0x20 : self }
  package var uppercased: UInt8 { isLetter ? self & ~0x20 : self }

  package var hexValue: Int? {
    if isDigit { return Int(self) - 0x30 }
    return 0x61...0x66 ~= lowercased ? Int(lowercased) - 0x61 + 10 : nil
  }

  /// Two hexadecimal digits in upper case.
  package var hexDigits: [UInt8] {
    [self >> 4, self & 0x0F].map { $0 < 10 ? 0x30 + $0 : 0x41 + $0 - 10 }
  }
}

extension BidirectionalCollection<UInt8> {
  /// The number these digits write, `Int.max` for every greater one, and nil for anything but digits.
  package var decimal: Int? {
    guard !isEmpty, allSatisfy({ $0.isDigit }) else { return nil }
    return reduce(0) { $0 > (Int.max - 9) / 10 ? .max : $0 * 10 + Int($1 - 0x30) }
  }

  /// Without these bytes at both ends.
  package func trimmed(of isBlank: (UInt8) -> Bool) -> SubSequence {
    let start = drop(while: isBlank)
    guard let last = start.lastIndex(where: { !isBlank($0) }) else { return start.prefix(0) }
    return start[...last]
  }

  /// Without the spaces and tabs at both ends: OWS of RFC 9110, section 5.6.3.
  var withoutOuterBlanks: SubSequence { trimmed { $0 == .space || $0 == .tab } }

  /// Whether these are the letters of `lowercased`, in whatever case.
  package func matches(_ lowercased: String) -> Bool {
    elementsEqual(lowercased.utf8) { $0.lowercased == $1 }
  }

  /// Where this text begins first.
  package func firstIndex(of text: String) -> Index? {
    indices.first { self[$0...].starts(with: text.utf8) }
  }

  package func contains(_ text: String) -> Bool { firstIndex(of: text) != nil }

  /// The parts between all of these bytes, empty ones too.
  package func parts(at separator: UInt8) -> [SubSequence] {
    split(separator: separator, omittingEmptySubsequences: false)
  }
}
