internal import Runtime
internal import Formats
internal import Linux
internal import WrapperCore

/// Connects to one address after another until one accepts, and then sends an HTTP GET if there is a request. A short
/// rest of the response is read after the result, since some servers treat a client that closes early as an error.
struct ConnectProbe: ~Copyable {
  private let fixed: [SocketAddress]
  /// nil: an accepted connection is enough.
  private let request: [UInt8]?
  private let index: Int
  private let ports: SourcePorts
  private var targets: [SocketAddress] = []
  /// The registered address, if it is local: another host's would only delay the probe.
  private var registered: SocketAddress?
  private var lastRegistered: SocketAddress?
  private var next = 0
  private var connection: Connection?
  private var status = StatusReader()
  private var rest = ResponseParser()
  /// The result is known, and the rest of the response is still to be read.
  private var isReadingBody = false
  private var firstFailure: Int32?
  /// Counts connections, so that a closed connection's events aren't taken for the next one's.
  private var generation: UInt64 = 0

  init(_ targets: [SocketAddress], from ports: SourcePorts, at index: Int, request: [UInt8]? = nil) {
    fixed = targets
    self.request = request
    self.index = index
    self.ports = ports
  }

  var tag: UInt64 { PollerTag.probe(index, generation) }

  mutating func start(registered: SocketAddress?, _ poller: borrowing Poller) -> Health? {
    if isReadingBody { end(false) } else { cancel() }
    if registered != lastRegistered {
      lastRegistered = registered
      self.registered = registered.flatMap { $0.isOurs ? $0 : nil }
    }
    targets = fixed
    if let own = self.registered, !targets.contains(own) { targets.append(own) }
    return tryNext(poller)
  }

  mutating func cancel() {
    connection = nil
    isReadingBody = false
    firstFailure = nil
    next = 0
  }

  /// Called when the connection is established, has failed or is readable.
  mutating func proceed(_ poller: borrowing Poller) -> Health? {
    guard let isConnected = connection?.isConnected else { return nil }
    if isConnected { return listen() }
    do throws(SystemCallError) {
      try connection?.finishConnecting()
    } catch { return fail(error, poller) }
    return ask(poller)
  }

  private mutating func tryNext(_ poller: borrowing Poller) -> Health? {
    guard next < targets.count else { return finish(.failing(firstFailure ?? Errno.timedOut)) }
    let target = targets[next]
    next += 1
    do throws(SystemCallError) {
      let opened = try Connection.open(to: target, from: ports, for: request == nil ? .handshake : .exchange)
      let isConnected = opened.isConnected
      let number = opened.descriptor.number
      connection = consume opened
      generation += 1
      if isConnected, request == nil { return ask(poller) }
      try poller.add(number, for: .writable, tag: tag)
      return isConnected ? ask(poller) : nil
    } catch { return fail(error, poller) }
  }

  private mutating func fail(_ error: SystemCallError, _ poller: borrowing Poller) -> Health? {
    connection = nil
    firstFailure = firstFailure ?? error.errno
    return tryNext(poller)
  }

  private mutating func ask(_ poller: borrowing Poller) -> Health? {
    guard let request, let descriptor = connection?.descriptor.number else {
      connection?.abandon()
      return finish(.accepting)
    }
    status = StatusReader()
    rest = ResponseParser(limits: .init(header: 16 << 10, body: .max))
    do throws(SystemCallError) {
      // A new connection takes a page of memory at once, and a request is never longer.
      _ = try connection?.send(request)
      try poller.modify(descriptor, for: .readable, tag: tag)
      return nil
    } catch { return finish(.failing(error.errno)) }
  }

  private mutating func listen() -> Health? {
    let wasKnown = isReadingBody
    do throws(SystemCallError) {
      guard let bytes = try connection?.receive() ?? nil else { return nil }
      if !wasKnown { return read(bytes) }
      if takeRest(bytes) { end(true) }
      return nil
    } catch {
      let health = finish(.failing(error.errno))
      return wasKnown ? nil : health
    }
  }

  private mutating func read(_ bytes: [UInt8]) -> Health? {
    guard !bytes.isEmpty else { return finish(.unhealthy(ConnectProbe.noHTTP)) }
    do throws(ResponseParser.Malformed) {
      let status = try status.receive(bytes)
      let isComplete = takeRest(bytes)
      guard let status else { return nil }
      isReadingBody = !isComplete && rest.remaining.map { $0 <= ConnectProbe.longestRest } ?? false
      if !isReadingBody { end(isComplete) }
      return 200...299 ~= status ? .accepting : .unhealthy(status)
    } catch { return finish(.unhealthy(ConnectProbe.noHTTP)) }
  }

  /// How many bytes of a response are still read when its status is known. A response without a length may have no end,
  /// and a server with one worker would wait for ours.
  private static let longestRest = 256 << 10

  /// Whether that is the end of the response, or it is malformed.
  private mutating func takeRest(_ bytes: [UInt8]) -> Bool {
    guard !bytes.isEmpty, let complete = try? rest.receive(bytes), complete.isEmpty else { return true }
    _ = rest.takeBody()
    return false
  }

  private mutating func end(_ isComplete: Bool) {
    if isComplete { connection?.closeWithoutTimeWait() } else { connection?.finishSending() }
    cancel()
  }

  private static let noHTTP = 0

  private mutating func finish(_ health: Health) -> Health {
    cancel()
    return health
  }
}
