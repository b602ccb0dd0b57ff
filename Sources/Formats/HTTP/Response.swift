/// A final response, complete.
public struct Response: Hashable, Sendable {
  /// 100 to 999; RFC 9110, section 15, has those from 600 on treated as 5xx.
  public var status: Int
  /// The bytes of the body, without the chunked coding; empty if there is none, or if they were taken before.
  public var body: [UInt8] = []
  /// The server sends nothing more on this connection: it said `Connection: close`, speaks HTTP/1.0, or
  /// ended the body by closing.
  public var closes = false

  /// The body's first line that isn't blank, for a log: at most 200 bytes, with U+FFFD for control
  /// characters and for what isn't UTF-8. An empty body gives the status.
  public var reason: String {
    let line = body.drop { $0.isBlank }.prefix { $0 != .lineFeed && $0 != .carriageReturn }
    guard !line.isEmpty else { return "\(status)" }
    // Repairing only lengthens, so the scalar that these few bytes more may cut is past the limit.
    let repaired = String(decoding: line.withoutOuterBlanks.prefix(200 + 3), as: UTF8.self)
    var text = ""
    for scalar in repaired.unicodeScalars {
      let shown = scalar.isControl || scalar.movesText ? "\u{FFFD}" : scalar
      guard text.utf8.count + shown.utf8.count <= 200 else { break }
      text.unicodeScalars.append(shown)
    }
    return text
  }
}
