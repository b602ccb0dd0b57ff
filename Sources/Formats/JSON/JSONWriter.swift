extension JSON {
  /// The text without blanks, in UTF-8.
  public var bytes: [UInt8] { written(isPretty: false) }

  /// The text with a line for each value and an indent of two spaces, without a newline at the end.
  public var pretty: [UInt8] { written(isPretty: true) }

  private func written(isPretty: Bool) -> [UInt8] {
    var writer = JSONWriter(isPretty: isPretty)
    writer.write(self)
    return writer.bytes
  }
}

struct JSONWriter {
  let isPretty: Bool
  private(set) var bytes: [UInt8] = []
  private(set) var depth = 0

  mutating func write(_ value: JSON) {
    switch value {
    case .null: bytes += "null".utf8
    case .bool(let value): bytes += (value ? "true" : "false").utf8
    case .number(let lexeme): bytes += lexeme.utf8
    case .string(let text): write(text)
    case .array(let elements): write("[", elements.map { (nil, $0) }, "]")
    case .object(let members): write("{", members.map { ($0.key, $0.value) }, "}")
    }
  }

  private mutating func write(_ start: String, _ items: [(key: String?, value: JSON)], _ end: String) {
    bytes += start.utf8
    depth += 1
    for (index, item) in items.enumerated() {
      if index > 0 { bytes += ",".utf8 }
      indent()
      if let key = item.key {
        write(key)
        bytes += (isPretty ? ": " : ":").utf8
      }
      write(item.value)
    }
    depth -= 1
    if !items.isEmpty { indent() }
    bytes += end.utf8
  }

  private mutating func indent() {
    if isPretty { bytes += [.lineFeed] + [UInt8](repeating: .space, count: 2 * depth) }
  }

  /// Escapes what RFC 8259, section 7, says must be.
  private mutating func write(_ text: String) {
    bytes.append(.quote)
    for byte in text.utf8 {
      let escape = JSON.escapes.first { $0.byte == byte && byte != .slash }
      if let escape {
        bytes += [.backslash, escape.letter]
      } else {
        bytes += byte < 0x20 ? #"\u00"#.utf8 + byte.hexDigits : [byte]
      }
    }
    bytes.append(.quote)
  }
}
