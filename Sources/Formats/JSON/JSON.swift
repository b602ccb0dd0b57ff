/// A JSON text as a value: RFC 8259.
public enum JSON: Hashable, Sendable {
  case null
  case bool(Bool)
  /// As it was or will be written, `1e400` too. The writer takes it as it is.
  case number(String)
  case string(String)
  case array([JSON])
  /// In the order written.
  case object([Member])

  /// One member of an object; RFC 8259, section 4.
  public struct Member: Hashable, Sendable {
    /// The member's name, unescaped.
    public var key: String
    /// The member's value.
    public var value: JSON

    /// A member of an object.
    public init(_ key: String, _ value: JSON) {
      self.key = key
      self.value = value
    }
  }

  /// The escapes of one letter; RFC 8259, section 7.
  static let escapes: [(letter: UInt8, byte: UInt8)] = [
    (.quote, .quote), (.backslash, .backslash), (.slash, .slash), (UInt8(ascii: "b"), 0x08),
    (UInt8(ascii: "f"), 0x0C), (UInt8(ascii: "n"), .lineFeed), (UInt8(ascii: "r"), .carriageReturn),
    (UInt8(ascii: "t"), .tab),
  ]

  /// Reads exactly one value, with nothing but blanks around it.
  ///
  /// Stricter than the grammar where that is silent: nested at most 64 deep, no byte order mark, no half
  /// of a surrogate pair, and no key twice in one object (RFC 8259, section 4, leaves open which would
  /// hold; in a file that a person wrote it is a mistake). Throws `Malformed` at the first error.
  public init(parsing bytes: [UInt8]) throws(Malformed) {
    var parser = JSONParser(bytes: bytes)
    self = try parser.document()
  }

  /// Where and why a text can't be read as JSON.
  public struct Malformed: Error, Hashable, Sendable {
    /// Bytes from the start of the text to what is wrong; for a string that isn't UTF-8, to its quote.
    public var offset: Int
    /// The rule that the text breaks.
    public var reason: Reason
  }

  /// The raw value is for a log.
  public enum Reason: String, Hashable, Sendable {
    case truncated = "the text ends in the middle of a value"
    case unexpected = "unexpected character"
    case tooDeep = "nested more than 64 deep"
    case number = "not a JSON number"
    case escape = "not a JSON escape"
    case surrogate = "half of a surrogate pair"
    case controlCharacter = "control character in a string"
    case encoding = "string is not UTF-8"
    case duplicateKey = "key given twice"
    case trailing = "more after the value"
  }

  /// The value of an object's member, the first of that key; nil where there is none, or no object.
  ///
  /// Keys are compared byte by byte, as RFC 8259, section 8.3, has it.
  public subscript(key: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { isSame($0.key, key) }?.value
  }

  /// The text of a string; nil for any other value.
  public var string: String? { if case .string(let text) = self { text } else { nil } }
}

extension [JSON.Member] {
  /// Appends a member, unless it has no value.
  package mutating func append(_ key: String, _ value: JSON?) {
    if let value { append(JSON.Member(key, value)) }
  }

  /// Appends a member with a text, unless that is nil.
  package mutating func append(_ key: String, text: String?) { append(key, text.map { .string($0) }) }
}
