public import Formats
public import Linux
public import Options

/// One request to an HTTP server on its own connection, and the response as it arrives. Nothing blocks: neither
/// resolving, connecting, sending nor receiving.
public struct HTTPCall: ~Copyable {
  /// What a call reports; every event but `part` ends it.
  public enum Event {
    /// Part of the body of a response with this status; more follows.
    case part([UInt8], status: Int)
    /// The end of the response; its body is what wasn't reported in parts.
    case answered(Response)
    /// Why there is no response, or no more of it; for the log.
    case lost(String)
    /// The same without a connection.
    case unreachable(String)
  }

  /// How the response's body is reported.
  public enum Body: Hashable, Sendable {
    /// The whole body with the end; at most 256 KiB.
    case whole
    /// As it arrives, up to so many bytes; nil: without a limit.
    case parts(limit: Int?)
  }

  private let server: ServerAddress
  private let ports: SourcePorts
  private var body = Body.whole
  /// The number of bytes received.
  private var received = 0
  private var resolver: Resolver?
  private let resolverTag: UInt64
  /// The addresses to try in order; empty while resolving or idle.
  private var addresses: ArraySlice<SocketAddress> = []
  private var connection: Connection?
  private var outgoing: [UInt8] = []
  private var parser = ResponseParser()
  private var isHeaderReported = false
  /// Counts connections, so that a closed connection's events aren't taken for the next one's.
  private var generation: UInt64 = 0
  private let kind: UInt64

  /// - Parameter kind: the poller's tags for this call have it in their lower bits; below 8, its resolver's 8 more.
  public init(to server: ServerAddress, from ports: SourcePorts, kind: UInt64) {
    self.server = server
    self.ports = ports
    self.kind = kind
    resolverTag = kind + 8
  }

  /// The poller's tag of the current connection. Each connection has a new one.
  public var tag: UInt64 { generation << 8 | kind }

  /// Whether the poller's tag belongs to this call: to its connection or its resolver.
  public func owns(_ tag: UInt64) -> Bool { tag == self.tag || tag == resolverTag }

  /// Connects and sends. A pending call is dropped.
  public mutating func start(_ request: [UInt8], _ body: Body, _ poller: borrowing Poller) -> Event? {
    drop()
    self.body = body
    // A body in parts is never held as a whole, so it needs no limit.
    if body != .whole { parser = ResponseParser(limits: .init(header: 16 << 10, body: .max)) }
    outgoing = request
    addresses = server.knownAddresses[...]
    if !addresses.isEmpty { return connect(poller) }
    guard case .tcp(let host, let port) = server else { return .unreachable(Errno.text(Errno.noEntry)) }
    do throws(SystemCallError) {
      if resolver == nil { resolver = try Resolver.polled(by: poller, tag: resolverTag) }
      try resolver?.resolve(host: host, port: port)
      return nil
    } catch { return .unreachable(error.reason) }
  }

  /// Closes the connection and discards the request and its response. No event follows.
  public mutating func drop() {
    connection = nil
    (outgoing, addresses) = ([], [])
    parser = ResponseParser()
    (isHeaderReported, received) = (false, 0)
  }

  /// Called when the poller returns a tag of this call.
  public mutating func proceed(_ tag: UInt64, _ poller: borrowing Poller) -> [Event] {
    if tag == resolverTag { return resolved(poller).map { [$0] } ?? [] }
    guard let isConnected = connection?.isConnected else { return [] }
    if isConnected { return receive() }
    do throws(SystemCallError) {
      try connection?.finishConnecting()
    } catch {
      return tryNext(error, poller).map { [$0] } ?? []
    }
    return send(poller).map { [$0] } ?? []
  }

  private mutating func resolved(_ poller: borrowing Poller) -> Event? {
    guard let answer = resolver?.takeResolution() ?? nil, connection == nil, !outgoing.isEmpty else {
      return nil
    }
    switch answer {
    case .failed(let code): return .unreachable(Resolver.reason(code))
    case .found(let found):
      addresses = found[...]
      return connect(poller)
    }
  }

  private mutating func connect(_ poller: borrowing Poller) -> Event? {
    guard let address = addresses.first else { return .unreachable(Errno.text(Errno.timedOut)) }
    do throws(SystemCallError) {
      let opened = try Connection.open(to: address, from: ports)
      generation += 1
      try poller.add(opened.descriptor.number, for: .writable, tag: self.tag)
      let isConnected = opened.isConnected
      connection = consume opened
      return isConnected ? send(poller) : nil
    } catch { return tryNext(error, poller) }
  }

  private mutating func tryNext(_ error: SystemCallError, _ poller: borrowing Poller) -> Event? {
    connection = nil
    addresses = addresses.dropFirst()
    return addresses.isEmpty ? .unreachable(error.reason) : connect(poller)
  }

  /// Our requests are smaller than any socket's buffer: a partial write is a failure.
  private mutating func send(_ poller: borrowing Poller) -> Event? {
    do throws(SystemCallError) {
      let count = try connection?.send(outgoing) ?? 0
      guard count == outgoing.count else { return .lost("it takes no request") }
      outgoing = []
      if let number = connection?.descriptor.number { try poller.modify(number, for: .readable, tag: tag) }
      return nil
    } catch { return .lost(error.reason) }
  }

  /// One read for each wake-up, so that a server that never stops sending can't block the loop.
  private mutating func receive() -> [Event] {
    let bytes: [UInt8]?
    do throws(SystemCallError) {
      bytes = try connection?.receive() ?? nil
    } catch { return [.lost(error.reason)] }
    guard let bytes else { return [] }
    received += bytes.count
    if case .parts(let limit?) = body, received > limit { return [.lost("its answer is too long")] }
    do throws(ResponseParser.Malformed) {
      let complete = bytes.isEmpty ? try parser.end() : try parser.receive(bytes).first
      if let complete { return [.answered(complete)] }
      if bytes.isEmpty { return [.lost("connection lost before the answer")] }
    } catch { return [.lost(bytes.isEmpty ? "connection lost in the middle of the answer" : error.rawValue)] }
    guard body != .whole, let status = parser.status else { return [] }
    let part = parser.takeBody()
    // Report the header even before any body.
    if part.isEmpty, isHeaderReported { return [] }
    isHeaderReported = true
    return [.part(part, status: status)]
  }
}
