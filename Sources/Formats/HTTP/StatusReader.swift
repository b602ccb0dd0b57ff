/// Reads only the status of a response, which is enough for a health check.
public struct StatusReader: Hashable, Sendable {
  private var lines = LineBuffer(budget: 16 << 10)
  /// Within an interim response, whose fields are passed over; RFC 9110, section 15.2.
  private var isInterim = false

  /// A reader at the start of a connection.
  public init() {}

  /// The status of the final response, as soon as its first line is complete; nil before.
  ///
  /// Throws if a line is malformed (RFC 9112, sections 2.2 and 4), or after 16 KiB without that line.
  public mutating func receive(_ bytes: some Sequence<UInt8>) throws(ResponseParser.Malformed) -> Int? {
    for byte in bytes {
      guard let line = try lines.receive(byte) else { continue }
      if isInterim {
        isInterim = !line.isEmpty
        continue
      }
      let status = try ResponseHead(statusLine: line).status
      guard 100...199 ~= status else { return status }
      isInterim = true
    }
    return nil
  }

  /// The request for it; RFC 9112, section 2.1. Without `Connection: close`: the side that closes first is left with
  /// the TIME_WAIT, and at the server's port that keeps the server from binding it again.
  /// - Parameters:
  ///   - host: for the `Host` field.
  ///   - path: with its query; printable ASCII without blanks.
  public static func request(host: String, path: String) -> [UInt8] {
    let lines = [
      "GET \(path) HTTP/1.1", "Host: \(host)", "User-Agent: servicewrapper", "Accept: */*",
    ]
    return [UInt8]((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
  }
}
