internal import Clients
internal import HTTP
internal import Linux
internal import Supervision

/// Connects to one address after the other until one accepts, asks it for a page if that is wanted, and lets go at once.
struct Dialer: ~Copyable {
  private let fixed: [SocketAddress]
  /// nil: that the connection is accepted is enough.
  private let request: [UInt8]?
  private let index: Int
  private var targets: [SocketAddress] = []
  /// The registered address, if it is one of ours: another host's would only hold us up.
  private var registered: SocketAddress?
  private var lastAsked: SocketAddress?
  private var next = 0
  private var connection: Connection?
  private var status = StatusReader()
  private var firstFailure: Int32?
  /// Counts connections, so that news of one that was given up can be told from news of the next.
  private var generation: UInt64 = 0

  init(_ targets: [SocketAddress], at index: Int, request: [UInt8]? = nil) {
    fixed = targets
    self.request = request
    self.index = index
  }

  var tag: UInt64 { Tag.probe(index, generation) }

  mutating func start(registered: SocketAddress?, _ poller: borrowing Poller) -> Health? {
    cancel()
    if registered != lastAsked {
      lastAsked = registered
      self.registered = registered.flatMap { $0.isOurs ? $0 : nil }
    }
    targets = fixed
    if let own = self.registered, !targets.contains(own) { targets.append(own) }
    return tryNext(poller)
  }

  mutating func cancel() {
    connection = nil
    firstFailure = nil
    next = 0
  }

  /// Called when the connection under way has become one, or hasn't, or has the answer.
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
    do throws(SystemCallError) {
      let opened = try Connection.open(to: targets[next])
      next += 1
      let isConnected = opened.isConnected
      generation += 1
      try poller.watch(opened.descriptor.number, for: .writable, tag: tag)
      connection = consume opened
      return isConnected ? ask(poller) : nil
    } catch {
      next += 1
      return fail(error, poller)
    }
  }

  private mutating func fail(_ error: SystemCallError, _ poller: borrowing Poller) -> Health? {
    connection = nil
    firstFailure = firstFailure ?? error.errno
    return tryNext(poller)
  }

  private mutating func ask(_ poller: borrowing Poller) -> Health? {
    guard let request, let descriptor = connection?.descriptor.number else { return finish(.accepting) }
    status = StatusReader()
    do throws(SystemCallError) {
      // A new connection takes a page's worth at once, and more is never asked.
      _ = try connection?.send(request)
      try poller.rewatch(descriptor, for: .readable, tag: tag)
      return nil
    } catch { return finish(.failing(error.errno)) }
  }

  private mutating func listen() -> Health? {
    do throws(SystemCallError) {
      guard let bytes = try connection?.receive() ?? nil else { return nil }
      guard !bytes.isEmpty else { return finish(.unhealthy(Dialer.noHTTP)) }
      return read(bytes)
    } catch { return finish(.failing(error.errno)) }
  }

  private mutating func read(_ bytes: [UInt8]) -> Health? {
    do throws(ResponseParser.Malformed) {
      guard let status = try status.receive(bytes) else { return nil }
      return finish(200...299 ~= status ? .accepting : .unhealthy(status))
    } catch { return finish(.unhealthy(Dialer.noHTTP)) }
  }

  private static let noHTTP = 0

  private mutating func finish(_ health: Health) -> Health {
    cancel()
    return health
  }
}
