internal import Linux
internal import Supervision

/// Connects to the process's port on loopback, IPv4 first, and lets go at once.
struct Prober: ~Copyable {
  private let targets: [SocketAddress]
  private var next = 0
  private var connection: Connection?
  private var firstFailure: Int32?
  /// Counts probes, so that news of one that was given up can be told from news of the next.
  private(set) var generation: UInt64 = 0

  init(port: Int) { targets = [.loopback(port: port), .loopback6(port: port)] }

  /// Gives the result where it is known at once.
  mutating func start(_ poller: borrowing Poller) -> Health? {
    cancel()
    return tryNext(poller)
  }

  mutating func cancel() {
    connection = nil
    firstFailure = nil
    next = 0
  }

  /// Called when the connection under way has become one, or hasn't.
  mutating func proceed(_ poller: borrowing Poller) -> Health? {
    guard connection != nil else { return nil }
    do throws(SystemCallError) {
      try connection?.finishConnecting()
      return finish(.accepting)
    } catch {
      return fail(error, poller)
    }
  }

  private mutating func tryNext(_ poller: borrowing Poller) -> Health? {
    guard next < targets.count else { return finish(.failing(firstFailure ?? Errno.timedOut)) }
    do throws(SystemCallError) {
      let opened = try Connection.open(to: targets[next])
      next += 1
      if opened.isConnected { return finish(.accepting) }
      generation += 1
      try poller.watch(opened.descriptor.number, for: .writable, tag: Tag.probe(generation))
      connection = consume opened
      return nil
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

  private mutating func finish(_ health: Health) -> Health {
    cancel()
    return health
  }
}
