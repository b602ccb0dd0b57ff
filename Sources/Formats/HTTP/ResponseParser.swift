/// Parses the responses of one connection, in whatever pieces they arrive: RFC 9112.
///
/// It takes several responses in a row (pipelining), passes over interim ones (1xx), and supposes that
/// no request was a HEAD. What it holds is bounded by its limits; each byte costs the same.
public struct ResponseParser: Hashable, Sendable {
  /// The memory that a response may take, in bytes.
  public struct Limits: Hashable, Sendable {
    /// The header: status line, fields and line ends, those of interim responses, chunk extensions and
    /// trailers included.
    public var header: Int
    /// The body, without the chunked coding.
    public var body: Int

    /// 16 KiB of header and 256 KiB of body.
    public static let standard = Limits(header: 16 << 10, body: 256 << 10)

    /// The limits, in bytes.
    public init(header: Int, body: Int) {
      self.header = header
      self.body = body
    }
  }

  enum Phase: Hashable, Sendable {
    case statusLine, fields
    case body(remaining: Int)
    case chunkSize
    case chunk(remaining: Int)
    case chunkEnd, trailers
    case untilClose
    /// After the last response of the connection; what still comes is no response to anything
    /// (RFC 9112, section 9.6).
    case closed
  }

  let limits: Limits
  var phase = Phase.statusLine
  var lines: LineBuffer
  var head = ResponseHead()
  var body: [UInt8] = []
  /// Why nothing more can be read from this connection; nil as long as all is well.
  public private(set) var malformed: Malformed?

  /// A parser at the start of a connection.
  public init(limits: Limits = .standard) {
    self.limits = limits
    lines = LineBuffer(budget: limits.header)
  }

  /// Gives the responses that these bytes complete, in order.
  ///
  /// What was complete before the malformed byte is still given: the error then waits in `malformed`,
  /// and every later call throws it.
  public mutating func receive(_ bytes: some Sequence<UInt8>) throws(Malformed) -> [Response] {
    var responses: [Response] = []
    for byte in bytes where malformed == nil {
      do throws(Malformed) {
        if let response = try receive(byte) { responses.append(response) }
      } catch {
        malformed = error
      }
    }
    if let malformed, responses.isEmpty { throw malformed }
    return responses
  }

  /// The end of the stream: gives the response whose body it ends, nil between responses.
  ///
  /// Throws `truncated` within a response, and any earlier error again.
  public mutating func end() throws(Malformed) -> Response? {
    if let malformed { throw malformed }
    let isBetweenResponses = phase == .statusLine && lines.budget == limits.header
    if phase == .untilClose { return complete() }
    guard phase == .closed || isBetweenResponses else {
      malformed = .truncated
      throw .truncated
    }
    phase = .closed
    return nil
  }

  /// The status of the final response that is being received, as soon as its first line is complete; nil before.
  public var status: Int? {
    phase == .statusLine || phase == .closed || head.status < 200 ? nil : head.status
  }

  /// Bytes that are still to come of the body that is being received; nil where the header doesn't say how many.
  public var remaining: Int? { if case .body(let remaining) = phase { remaining } else { nil } }

  /// Removes and returns the part of the body that has arrived; for a body that is read as it comes, and may go on
  /// for ever.
  public mutating func takeBody() -> [UInt8] {
    defer { body = [] }
    return body
  }

  mutating func complete() -> Response {
    let closes = head.closes || phase == .untilClose
    let response = Response(status: head.status, body: body, closes: closes)
    phase = closes ? .closed : .statusLine
    lines = LineBuffer(budget: limits.header)
    body = []
    return response
  }
}
