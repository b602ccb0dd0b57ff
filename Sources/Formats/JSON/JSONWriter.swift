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
  private var depth = 0

  init(isPretty: Bool) {
    self.isPretty = isPretty
  }

  mutating func write(_ value: JSON) {
    switch value {
    case .null: append("null")
    case .bool(let value): append(value ? "true" : "false")
    case .number(let lexeme): append(lexeme)
    case .string(let text): write(text)
    case .array(let elements):
      begin("[")
      for (index, element) in elements.enumerated() {
        beginLine(isFirst: index == 0)
        write(element)
      }
      end("]", isEmpty: elements.isEmpty)
    case .object(let members):
      begin("{")
      for (index, member) in members.enumerated() {
        beginLine(isFirst: index == 0)
        write(member.key)
        append(isPretty ? ": " : ":")
        write(member.value)
      }
      end("}", isEmpty: members.isEmpty)
    }
  }

  private mutating func begin(_ bracket: String) {
    append(bracket)
    depth += 1
  }

  private mutating func end(_ bracket: String, isEmpty: Bool) {
    depth -= 1
    if !isEmpty { indent() }
    append(bracket)
  }

  private mutating func beginLine(isFirst: Bool) {
    if !isFirst { append(",") }
    indent()
  }

  private mutating func indent() {
    guard isPretty else { return }
    bytes.append(.lineFeed)
    bytes += [UInt8](repeating: .space, count: 2 * depth)
  }

  private mutating func append(_ text: String) {
    bytes += text.utf8
  }

  /// Escapes what RFC 8259, section 7, says must be.
  private mutating func write(_ text: String) {
    bytes.append(.quote)
    for byte in text.utf8 {
      switch byte {
      case .quote, .backslash: bytes += [.backslash, byte]
      case 0x08: append(#"\b"#)
      case .tab: append(#"\t"#)
      case .lineFeed: append(#"\n"#)
      case 0x0C: append(#"\f"#)
      case .carriageReturn: append(#"\r"#)
      case 0..<0x20:
        append(#"\u00"#)
        bytes += byte.hexDigits
      default: bytes.append(byte)
      }
    }
    bytes.append(.quote)
  }
}
