/// The properties of a response from its status line and fields.
struct ResponseHead: Hashable, Sendable {
  private(set) var status = 0
  private(set) var closes = false
  private(set) var isHTTP10 = false
  private(set) var contentLength: Int?
  private(set) var isChunked = false

  init() {}

  /// `HTTP/1.1 200 OK`, RFC 9112, section 4. The space that should follow the status even where
  /// there is no reason phrase is often left out, and not missed.
  init(statusLine: ArraySlice<UInt8>) throws(ResponseParser.Malformed) {
    let parts = statusLine.split(separator: .space, maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count >= 2, let minor = parts[0].last, minor.isDigit,
      parts[0].dropLast().elementsEqual("HTTP/1.".utf8),
      parts[1].count == 3, let status = parts[1].decimal, status >= 100
    else { throw .statusLine }
    self.status = status
    isHTTP10 = minor == UInt8(ascii: "0")
    closes = isHTTP10
  }

  mutating func receive(field line: ArraySlice<UInt8>) throws(ResponseParser.Malformed) {
    let (name, value) = try ResponseHead.field(line)
    if name.matches("content-length") {
      // It may come again with the same value, RFC 9110, section 8.6; a list in one is refused.
      guard let length = value.decimal, contentLength ?? length == length else { throw .framing }
      contentLength = length
    } else if name.matches("transfer-encoding") {
      // We offered no other coding, and chunked twice is none at all: RFC 9112, sections 6.1 and 7.
      guard value.matches("chunked"), !isChunked else { throw .framing }
      isChunked = true
    } else if name.matches("connection") {
      let options = value.split(separator: UInt8(ascii: ","))
      closes = closes || options.contains { $0.withoutOuterBlanks.matches("close") }
    }
  }

  /// `name: value`, RFC 9112, section 5. A blank before the colon is refused, and so is a line that
  /// begins with one: the obsolete folding of section 5.2.
  static func field(
    _ line: ArraySlice<UInt8>
  ) throws(ResponseParser.Malformed) -> (name: ArraySlice<UInt8>, value: ArraySlice<UInt8>) {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { throw .field }
    let name = line[..<colon]
    guard !name.isEmpty, name.allSatisfy(isTokenCharacter) else { throw .field }
    return (name, line[(colon + 1)...].withoutOuterBlanks)
  }

  /// `tchar` of RFC 9110, section 5.6.2: visible ASCII without the delimiters.
  private static func isTokenCharacter(_ byte: UInt8) -> Bool {
    byte.isVisible && !#""(),/:;<=>?@[\]{}"#.utf8.contains(byte)
  }
}
