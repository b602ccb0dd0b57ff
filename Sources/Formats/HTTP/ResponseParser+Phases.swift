extension ResponseParser {
  /// The one transition of the machine: a byte in, the response that it completes out.
  mutating func receive(_ byte: UInt8) throws(Malformed) -> Response? {
    switch phase {
    case .statusLine, .fields, .chunkSize, .chunkEnd, .trailers:
      guard let line = try lines.receive(byte) else { return nil }
      return try receive(line: line)
    case .body(let remaining):
      body.append(byte)
      phase = .body(remaining: remaining - 1)
      return remaining > 1 ? nil : complete()
    case .chunk(let remaining):
      body.append(byte)
      phase = remaining > 1 ? .chunk(remaining: remaining - 1) : .chunkEnd
    case .untilClose:
      guard body.count < limits.body else { throw .bodyTooLarge }
      body.append(byte)
    case .closed: break
    }
    return nil
  }

  private mutating func receive(line: ArraySlice<UInt8>) throws(Malformed) -> Response? {
    switch phase {
    case .statusLine:
      head = try ResponseHead(statusLine: line)
      phase = .fields
    case .fields where line.isEmpty: return try beginBody()
    case .fields: try head.receive(field: line)
    case .chunkSize: try beginChunk(line)
    case .chunkEnd:
      guard line.isEmpty else { throw .chunk }
      lines.budget += 2
      phase = .chunkSize
    case .trailers where line.isEmpty: return complete()
    // Read and dropped: what a trailer says must not change what the header said (section 7.1.2).
    case .trailers: _ = try ResponseHead.field(line)
    case .body, .chunk, .untilClose, .closed: break
    }
    return nil
  }

  /// How the body ends: the rules of RFC 9112, section 6.3, for requests other than HEAD and CONNECT.
  private mutating func beginBody() throws(Malformed) -> Response? {
    // Both together are ambiguous, as in request smuggling; HTTP/1.0 has no chunks.
    if head.isChunked, head.contentLength != nil || head.isHTTP10 { throw .framing }
    switch head.status {
    // We never ask for another protocol: RFC 9110, section 15.2.2.
    case 101: throw .statusLine
    // The final response is still to come. The budget stays spent, so that interim responses come to an end.
    case 100...199: phase = .statusLine
    case 204, 304: return complete()
    case _ where head.isChunked: phase = .chunkSize
    default:
      let length = head.contentLength ?? 0
      guard length <= limits.body else { throw .bodyTooLarge }
      if head.contentLength == 0 { return complete() }
      phase = head.contentLength == nil ? .untilClose : .body(remaining: length)
    }
    return nil
  }

  /// `1a` or `1a;name=value`, RFC 9112, section 7.1. The extension counts as header, or a response
  /// could go on forever with a byte of body in each line of it.
  private mutating func beginChunk(_ line: ArraySlice<UInt8>) throws(Malformed) {
    let digits = line.prefix { $0.hexValue != nil }
    let isExtension = line.dropFirst(digits.count).withoutOuterBlanks.first == UInt8(ascii: ";")
    // 15 digits fit into an Int, with many zeros to spare in front of any size within the limits.
    guard 1...15 ~= digits.count, digits.count == line.count || isExtension else { throw .chunk }
    let size = digits.reduce(0) { $0 << 4 | ($1.hexValue ?? 0) }
    guard size <= limits.body - body.count else { throw .bodyTooLarge }
    lines.budget += digits.count + 2
    phase = size == 0 ? .trailers : .chunk(remaining: size)
  }
}
