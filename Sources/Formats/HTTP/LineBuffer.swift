/// Makes lines of bytes that arrive one by one, within a budget.
///
/// A line ends with CRLF. A bare LF, which RFC 9112, section 2.2, lets a recipient take as well, is
/// refused: Consul and the proxies before it don't send it, and leniency about where a line ends is how
/// two parties come to disagree about where a response ends.
struct LineBuffer: Hashable, Sendable {
  var line: [UInt8] = []
  /// Bytes that may still be received.
  var budget: Int

  /// Gives the line that this byte completes, without its CRLF.
  mutating func receive(_ byte: UInt8) throws(ResponseParser.Malformed) -> ArraySlice<UInt8>? {
    guard budget > 0 else { throw .headerTooLarge }
    budget -= 1
    if line.last == .carriageReturn {
      guard byte == .lineFeed else { throw .lineEnding }
      defer { line = [] }
      return line.dropLast()
    }
    guard byte != .lineFeed else { throw .lineEnding }
    guard !byte.isControl || byte == .tab || byte == .carriageReturn else { throw .controlCharacter }
    line.append(byte)
    return nil
  }
}
