extension JSONParser {
  /// The lexeme of a number, RFC 8259, section 6.
  mutating func number() throws(JSON.Malformed) -> String {
    let start = position
    _ = take(UInt8(ascii: "-"))
    if !take(UInt8(ascii: "0")) { try digits() }
    if take(UInt8(ascii: ".")) { try digits() }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      _ = take(UInt8(ascii: "+")) || take(UInt8(ascii: "-"))
      try digits()
    }
    // `01` and `1x` are no number, rather than a number with more after it.
    if let next = peek, next.isDigit || next.isLetter { throw malformed(.number) }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func digits() throws(JSON.Malformed) {
    guard peek?.isDigit ?? false else { throw unexpected(.number) }
    while let byte = peek, byte.isDigit { position += 1 }
  }

  /// RFC 8259, section 7.
  ///
  /// UTF-8 is checked at the end and for the whole: an escape is never a continuation byte, so it can't
  /// repair the raw bytes before it.
  mutating func string() throws(JSON.Malformed) -> String {
    let start = position
    try expect(.quote)
    var text: [UInt8] = []
    while let byte = peek, byte != .quote {
      if byte == .backslash {
        text.append(contentsOf: try escape().utf8)
      } else {
        guard byte >= 0x20 else { throw malformed(.controlCharacter) }
        text.append(byte)
        position += 1
      }
    }
    try expect(.quote)
    guard let string = String(validating: text, as: UTF8.self) else {
      throw JSON.Malformed(offset: start, reason: .encoding)
    }
    return string
  }

  private mutating func escape() throws(JSON.Malformed) -> Unicode.Scalar {
    let start = position
    try expect(.backslash)
    guard let letter = peek else { throw malformed(.truncated) }
    position += 1
    if letter == UInt8(ascii: "u") { return try scalar(escapedAt: start) }
    for escape in JSON.escapes where escape.letter == letter { return Unicode.Scalar(escape.byte) }
    throw JSON.Malformed(offset: start, reason: .escape)
  }

  /// One `\u` escape, or two that make a surrogate pair; the first `\u` has been read.
  private mutating func scalar(escapedAt start: Int) throws(JSON.Malformed) -> Unicode.Scalar {
    let half = JSON.Malformed(offset: start, reason: .surrogate)
    let first = try fourHexDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00 else { throw half }
    for byte in [.backslash, UInt8(ascii: "u")] where !take(byte) {
      throw peek == nil ? malformed(.truncated) : half
    }
    let second = try fourHexDigits()
    let whole = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second & 0x3FF))
    guard 0xDC00...0xDFFF ~= second, let whole else { throw half }
    return whole
  }

  private mutating func fourHexDigits() throws(JSON.Malformed) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = peek?.hexValue else { throw unexpected(.escape) }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}
