/// Reads JSON by recursive descent, over the grammar of RFC 8259.
struct JSONParser {
  /// The stack is what this is for.
  static let depthLimit = 64

  let bytes: [UInt8]
  var position = 0
  private(set) var depth = 0

  mutating func document() throws(JSON.Malformed) -> JSON {
    let value = try value()
    skipBlanks()
    guard position == bytes.count else { throw malformed(.trailing) }
    return value
  }

  private mutating func value() throws(JSON.Malformed) -> JSON {
    skipBlanks()
    switch peek {
    case UInt8(ascii: "{"), UInt8(ascii: "["): return try container()
    case .quote: return .string(try string())
    case UInt8(ascii: "n"): return try literal("null", .null)
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case let byte? where byte.isDigit || byte == UInt8(ascii: "-"): return .number(try number())
    default: throw unexpected()
    }
  }

  private mutating func literal(_ text: String, _ value: JSON) throws(JSON.Malformed) -> JSON {
    for byte in text.utf8 { try expect(byte) }
    return value
  }

  /// An array is read as an object whose members have no keys.
  private mutating func container() throws(JSON.Malformed) -> JSON {
    guard depth < JSONParser.depthLimit else { throw malformed(.tooDeep) }
    depth += 1
    defer { depth -= 1 }
    let isObject = take(UInt8(ascii: "{"))
    if !isObject { try expect(UInt8(ascii: "[")) }
    let end = UInt8(ascii: isObject ? "}" : "]")
    var members: [JSON.Member] = []
    var keys: [[UInt8]: Int] = [:]
    skipBlanks()
    if !take(end) {
      repeat {
        skipBlanks()
        let key = try isObject ? memberKey(besides: &keys) : ""
        members.append(JSON.Member(key, try value()))
        skipBlanks()
      } while take(UInt8(ascii: ","))
      try expect(end)
    }
    return isObject ? .object(members) : .array(members.map { $0.value })
  }

  private mutating func memberKey(besides keys: inout [[UInt8]: Int]) throws(JSON.Malformed) -> String {
    let start = position
    let key = try string()
    // Not by comparing each with each, which takes seconds for an object made to be slow.
    guard keys.updateValue(start, forKey: Array(key.utf8)) == nil else {
      throw JSON.Malformed(offset: start, reason: .duplicateKey)
    }
    skipBlanks()
    try expect(.colon)
    return key
  }

  /// The byte at the position; nil at the end.
  var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  /// Passes over `byte` if it is there.
  mutating func take(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    position += 1
    return true
  }

  mutating func expect(_ byte: UInt8) throws(JSON.Malformed) {
    guard take(byte) else { throw unexpected() }
  }

  mutating func skipBlanks() {
    while let byte = peek, byte == .space || byte == .tab || byte == .lineFeed || byte == .carriageReturn {
      position += 1
    }
  }

  /// - Parameter reason: what is wrong with the byte at the position, if there is one.
  func unexpected(_ reason: JSON.Reason = .unexpected) -> JSON.Malformed {
    malformed(peek == nil ? .truncated : reason)
  }

  func malformed(_ reason: JSON.Reason) -> JSON.Malformed {
    JSON.Malformed(offset: position, reason: reason)
  }
}
