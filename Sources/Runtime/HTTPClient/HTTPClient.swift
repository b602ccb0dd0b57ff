public import Formats
public import Linux
public import Options

/// An HTTP client whose calls never block: the sockets, the resolver and the parser behind a `ClientMachine`. Wrapper,
/// watcher and probes all use it. A TLS session would be a part of `Connection`, below it.
public struct HTTPClient: ~Copyable {
  /// What a client reports.
  public enum Event {
    /// Connected: the last so many requests that have no answer yet are to be sent now, with `write`. A `call` sends its
    /// request by itself, and reports this only if it has none.
    case ready(Int)
    /// A part of the body of the response with this status, perhaps an empty one; more follows.
    case part([UInt8], status: Int)
    /// The end of a response; its body is what wasn't reported in parts.
    case answered(Response)
    /// All requests have failed.
    case failed(ClientFailure)
  }

  /// How the responses' bodies are reported.
  public enum Body: Hashable, Sendable {
    /// The whole body with the end; at most 256 KiB.
    case whole
    /// As it arrives, up to so many bytes; nil: without a limit.
    case parts(limit: Int?)
  }

  private var machine: ClientMachine<SocketAddress>
  /// The server's addresses that need no resolver.
  private let known: [SocketAddress]
  private let name: (host: String, port: Int)?
  private let ports: SourcePorts
  private let purpose: Connection.Purpose
  private var resolver: Resolver?
  private var connection: Connection?
  /// The events that the poller waits for; nil if it doesn't know the connection.
  private var interest: Poller.Interest?
  /// The bytes of the one request of a `call`.
  private var request: [UInt8]?
  private var outgoing: [UInt8] = []
  private var parser = ResponseParser()
  private var body = Body.whole
  /// The number of bytes received of a body in parts.
  private var received = 0
  private var isStatusReported = false
  private let id: UInt32
  /// Counts connections, so that a closed connection's events aren't taken for the next one's.
  private var generation: UInt64 = 0

  /// - Parameters:
  ///   - server: nil if each request names its addresses.
  ///   - id: the lower half of all of its tags at the poller.
  public init(
    to server: ServerAddress?, from ports: SourcePorts, id: UInt32,
    for purpose: Connection.Purpose = .exchange
  ) {
    known = server?.knownAddresses ?? []
    machine = ClientMachine(known: known)
    if case .tcp(let host, let port) = server { name = (host, port) } else { name = nil }
    (self.ports, self.id, self.purpose) = (ports, id, purpose)
  }

  /// Whether the poller's tag belongs to this client: to its resolver, or to a connection of it.
  public func owns(_ tag: UInt64) -> Bool { UInt32(truncatingIfNeeded: tag) == id }

  /// The address of the current connection.
  public var peer: SocketAddress? { machine.address }

  /// Our end of the current TCP connection.
  public var localAddress: SocketAddress? {
    mutating get { connection?.localAddress }
  }

  /// Sends so many requests behind the unanswered ones, or connects first. Returns events that are known at once.
  public mutating func send(_ requests: Int, _ poller: borrowing Poller) -> [Event] {
    (body, request) = (.whole, nil)
    return perform(machine.send(requests), poller)
  }

  /// Drops all requests, connects and sends this one; nil: only connects. A name is resolved again.
  /// - Parameter addresses: nil for the server's.
  public mutating func call(
    _ request: [UInt8]?, to addresses: [SocketAddress]? = nil, reading body: Body = .whole,
    _ poller: borrowing Poller
  ) -> [Event] {
    drop()
    (self.body, self.request) = (body, request)
    return perform(machine.send(1, to: addresses ?? known), poller)
  }

  /// Closes the connection and drops all requests. No event follows.
  public mutating func drop() {
    if machine.drop() == [.close] { close() }
  }

  /// Called when the poller returns a tag of this client.
  public mutating func proceed(_ tag: UInt64, _ poller: borrowing Poller) -> [Event] {
    if tag >> 32 == 0 { return resolved(poller) }
    guard tag == self.tag, let isConnected = connection?.isConnected else { return [] }
    if isConnected {
      let events = outgoing.isEmpty ? [] : send(outgoing, poller)
      // A failure may have opened the next connection, which isn't ready to be read.
      return tag == self.tag && events.isEmpty ? receive(poller) : events
    }
    do throws(SystemCallError) {
      try connection?.finishConnecting()
      return handle(.connected, poller)
    } catch { return handle(.connectFailed(error.errno), poller) }
  }

  /// Sends the bytes of requests, after `Event.ready`.
  public mutating func write(_ bytes: [UInt8], _ poller: borrowing Poller) -> [Event] {
    guard connection?.isConnected ?? false else { return [] }
    return send(outgoing.isEmpty ? bytes : outgoing + bytes, poller)
  }

  private var tag: UInt64 { generation << 32 | UInt64(id) }
}

// MARK: For probes
extension HTTPClient {
  /// Bytes that are still to come of the current response; nil if its header doesn't say how many.
  public var remaining: Int? { parser.remaining }

  /// Closes the connection like this. No event follows.
  public mutating func drop(_ ending: Connection.Ending) {
    connection?.prepareClose(ending)
    drop()
  }
}

extension HTTPClient {
  private mutating func handle(
    _ event: ClientMachine<SocketAddress>.Event, _ poller: borrowing Poller
  ) -> [Event] {
    perform(machine.handle(event), poller)
  }

  private mutating func perform(
    _ effects: [ClientMachine<SocketAddress>.Effect], _ poller: borrowing Poller
  ) -> [Event] {
    var events: [Event] = []
    for effect in effects {
      switch effect {
      case .resolve: events += resolve(poller)
      case .connect(let address): events += connect(to: address, poller)
      case .write(let requests):
        if let request { events += write(request, poller) } else { events.append(.ready(requests)) }
      case .close: close()
      case .fail(let failure): events.append(.failed(failure))
      }
    }
    return events
  }

  private mutating func resolve(_ poller: borrowing Poller) -> [Event] {
    guard let name else { return handle(.resolved([]), poller) }
    do throws(SystemCallError) {
      if resolver == nil {
        let new = try Resolver()
        try poller.add(new.descriptor.number, for: .readable, tag: UInt64(id))
        resolver = consume new
      }
      try resolver?.resolve(host: name.host, port: name.port)
      return []
    } catch { return handle(.broken(.unreachable(error.errno)), poller) }
  }

  private mutating func resolved(_ poller: borrowing Poller) -> [Event] {
    switch resolver?.takeResolution() ?? nil {
    case .found(let addresses)?: handle(.resolved(addresses), poller)
    case .failed(let code)?: handle(.unresolvable(code), poller)
    case nil: []
    }
  }

  private mutating func connect(to address: SocketAddress, _ poller: borrowing Poller) -> [Event] {
    do throws(SystemCallError) {
      let opened = try Connection.open(to: address, from: ports, for: purpose)
      let isConnected = opened.isConnected
      connection = consume opened
      parser = ResponseParser(limits: body == .whole ? .standard : .init(header: 16 << 10, body: .max))
      generation += 1
      if isConnected { return handle(.connected, poller) }
      try wait(for: .writable, poller)
      return []
    } catch { return handle(.connectFailed(error.errno), poller) }
  }

  private mutating func close() {
    connection = nil
    (interest, outgoing, parser) = (nil, [], ResponseParser())
    (received, isStatusReported) = (0, false)
  }

  /// Writes what the kernel takes, and waits for it to take the rest.
  private mutating func send(_ bytes: [UInt8], _ poller: borrowing Poller) -> [Event] {
    do throws(SystemCallError) {
      let count = bytes.isEmpty ? 0 : try connection?.send(bytes) ?? 0
      outgoing = [UInt8](bytes.dropFirst(count))
      try wait(for: outgoing.isEmpty ? .readable : [.readable, .writable], poller)
      return []
    } catch { return handle(.failed(error.errno), poller) }
  }

  private mutating func wait(
    for wanted: Poller.Interest, _ poller: borrowing Poller
  ) throws(SystemCallError) {
    guard let number = connection?.descriptor.number, wanted != interest else { return }
    if interest == nil {
      try poller.add(number, for: wanted, tag: tag)
    } else {
      try poller.modify(number, for: wanted, tag: tag)
    }
    interest = wanted
  }

  /// One read for each wake-up, so that a server that never stops sending can't block the loop.
  private mutating func receive(_ poller: borrowing Poller) -> [Event] {
    do throws(SystemCallError) {
      return try connection?.receive().map { parse($0, poller) } ?? []
    } catch { return handle(.failed(error.errno), poller) }
  }

  private mutating func parse(_ bytes: [UInt8], _ poller: borrowing Poller) -> [Event] {
    let responses: [Response]
    do throws(ResponseParser.Malformed) {
      responses = bytes.isEmpty ? try parser.end().map { [$0] } ?? [] : try parser.receive(bytes)
    } catch {
      // A probe needs the status only, even of a response whose header or body is invalid.
      return takePart() + handle(.broken(.malformed(error)), poller)
    }
    received += bytes.count
    if case .parts(let limit?) = body, received > limit { return handle(.broken(.tooLong), poller) }
    // Trailing bytes don't invalidate answers that are already parsed.
    let answers = responses.prefix(machine.unanswered)
    let closes = bytes.isEmpty || responses.last?.closes ?? false
    if answers.isEmpty && !closes { return takePart() }
    return answers.map { .answered($0) } + handle(.received(answers: answers.count, closes: closes), poller)
  }

  /// The status is reported even before any body.
  private mutating func takePart() -> [Event] {
    guard body != .whole, let status = parser.status else { return [] }
    let bytes = parser.takeBody()
    if bytes.isEmpty, isStatusReported { return [] }
    isStatusReported = true
    return [.part(bytes, status: status)]
  }
}
