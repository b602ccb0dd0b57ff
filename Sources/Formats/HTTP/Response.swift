/// A final response, complete.
public struct Response: Hashable, Sendable {
  /// 100 to 999; RFC 9110, section 15, has those from 600 on treated as 5xx.
  public var status: Int
  /// The bytes of the body, without the chunked coding; empty if there is none, or if they were taken before.
  public var body: [UInt8]
  /// The server sends nothing more on this connection: it said `Connection: close`, speaks HTTP/1.0, or
  /// ended the body by closing.
  public var closes: Bool

  /// A response with these parts.
  public init(status: Int, body: [UInt8] = [], closes: Bool = false) {
    self.status = status
    self.body = body
    self.closes = closes
  }

  /// The body's first line that isn't blank, for a log: at most 200 bytes, with U+FFFD for control
  /// characters and for what isn't UTF-8. An empty body gives the status.
  public var reason: String {
    let isBlank = { (byte: UInt8) in byte == .space || 0x09...0x0D ~= byte }
    let line = body.drop(while: isBlank).prefix { $0 != .lineFeed && $0 != .carriageReturn }
    guard !line.isEmpty else { return "\(status)" }
    return Response.printable(line.withoutOuterBlanks, limit: 200)
  }

  private static func printable(_ bytes: ArraySlice<UInt8>, limit: Int) -> String {
    var text = String.UnicodeScalarView()
    var count = 0
    // Repairing only lengthens, so the scalar that these few bytes more may cut is past the limit.
    for scalar in String(decoding: bytes.prefix(limit + 3), as: UTF8.self).unicodeScalars {
      let shown = isControl(scalar) ? "\u{FFFD}" : scalar
      count += shown.utf8.count
      guard count <= limit else { break }
      text.append(shown)
    }
    return String(text)
  }

  /// C0, DEL and C1, any of which can steer a terminal, and the invisible marks that reorder what it shows.
  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0...0x1F, 0x7F...0x9F, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF: true
    default: false
    }
  }
}
