/// The decisions of an HTTP client, without I/O: which address it connects to, what it sends again after a close, and
/// when it gives up. Events go in, effects come out.
///
/// There is one connection at a time. Requests on it are answered in order; RFC 9112, section 9.3.2.
public struct ClientMachine<Address: Hashable & Sendable>: Hashable, Sendable {
  /// What happened to the connection.
  public enum Event: Hashable, Sendable {
    /// The addresses of the server's name, in the order in which to try them.
    case resolved([Address])
    /// The server's name has no address; with the code of getaddrinfo(3).
    case unresolvable(Int32)
    case connected
    /// With errno(3).
    case connectFailed(Int32)
    /// So many requests were answered, perhaps none; whether nothing more will come on this connection.
    case received(answers: Int, closes: Bool)
    /// Reading or writing failed, with errno(3).
    case failed(Int32)
    /// The client can't go on, or the connection gave no valid answer.
    case broken(ClientFailure)
  }

  /// What the caller has to do, in order.
  public enum Effect: Hashable, Sendable {
    /// Find the addresses of the server's name.
    case resolve
    case connect(Address)
    /// Send the last so many requests that have no answer yet.
    case write(Int)
    case close
    /// The requests have failed. The connection is closed already.
    case fail(ClientFailure)
  }

  private enum Phase: Hashable {
    case idle, resolving, connecting, open
  }

  private var phase = Phase.idle
  /// Addresses that need no resolver; empty for a name.
  private var known: [Address]
  /// The server's possible addresses; empty: to be resolved.
  private var addresses: [Address]
  /// The index of the address in use. It stays at the server that answered last.
  private var current = 0
  /// The most telling error of the connections that were tried; errno(3).
  private var error: Int32 = 0
  /// The number of requests that wait for the connection.
  private var waiting = 0
  /// The number of requests that were sent on this connection and have no answer.
  public private(set) var unanswered = 0
  /// Whether any request was answered on this connection.
  private var hasAnswered = false
  /// The server takes no more requests on this connection.
  private var isEnding = false

  /// - Parameter known: the server's addresses, if they need no resolver.
  public init(known: [Address]) { (self.known, addresses) = (known, known) }

  /// The address of the current connection, or the next one to try.
  public var address: Address? { current < addresses.count ? addresses[current] : nil }

  /// Sends so many requests on the open connection behind the unanswered ones, or connects first.
  public mutating func send(_ requests: Int) -> [Effect] {
    waiting += requests
    switch phase {
    case .open where isEnding: return close() + open()
    case .open: return write()
    case .idle: return open()
    case .resolving, .connecting: return []
    }
  }

  /// The same to one of these addresses, on a new connection.
  public mutating func send(_ requests: Int, to addresses: [Address]) -> [Effect] {
    let closing = drop()
    known = addresses
    forgetAddresses()
    return closing + send(requests)
  }

  /// Closes the connection and drops all requests.
  public mutating func drop() -> [Effect] {
    // The next connection doesn't begin with an address that never answered.
    if phase == .connecting { current += 1 }
    waiting = 0
    if address == nil { forgetAddresses() }
    return close()
  }

  /// Handles an event of the resolver or of the current connection.
  public mutating func handle(_ event: Event) -> [Effect] {
    switch (event, phase) {
    case (.resolved(let found), .resolving):
      (addresses, current) = (found, 0)
      return open()
    case (.resolved(let found), .idle):
      // Too late for the last attempt, but not for the next.
      (addresses, current) = (found, 0)
      return []
    case (.unresolvable(let code), .resolving): return fail(.unresolvable(code))
    case (.connected, .connecting):
      phase = .open
      return write()
    case (.connectFailed(let error), .connecting): return tryNextAddress(after: error)
    case (.received(let answers, let closes), .open):
      unanswered -= answers
      hasAnswered = hasAnswered || answers > 0
      return closes ? end(0) : []
    case (.failed(let error), .open): return end(error)
    case (.broken(let failure), .resolving), (.broken(let failure), .connecting),
      (.broken(let failure), .open):
      return fail(failure)
    case (.resolved, _), (.unresolvable, _), (.connected, _), (.connectFailed, _), (.received, _),
      (.failed, _), (.broken, _):
      return []
    }
  }

  private mutating func open() -> [Effect] {
    if let address {
      phase = .connecting
      return [.connect(address)]
    }
    // A server without any address can't be connected to.
    if phase == .resolving { return fail(.unreachable(ClientFailure.timedOut)) }
    phase = .resolving
    return [.resolve]
  }

  private mutating func tryNextAddress(after error: Int32) -> [Effect] {
    if ClientFailure.isMoreTelling(error, than: self.error) { self.error = error }
    current += 1
    if address != nil { return [.close] + open() }
    let error = self.error
    // A server that accepted and reset the connection runs, but has no room.
    return fail(error == ClientFailure.connectionReset ? .closed(error) : .unreachable(error))
  }

  private mutating func write() -> [Effect] {
    defer { (unanswered, waiting) = (unanswered + waiting, 0) }
    return [.write(waiting)]
  }

  /// A server may close after any answer, as an HTTP/1.0 proxy does after each. Requests behind it weren't handled and
  /// are sent again on a new connection: RFC 9112, section 9.3.2. A close without any answer is a failure.
  private mutating func end(_ error: Int32) -> [Effect] {
    isEnding = true
    if unanswered == 0 { return [] }
    guard hasAnswered else { return fail(.closed(error)) }
    waiting += unanswered
    return close() + open()
  }

  private mutating func fail(_ failure: ClientFailure) -> [Effect] {
    let hasRequests = waiting + unanswered > 0
    waiting = 0
    if address == nil { forgetAddresses() }
    return close() + (hasRequests ? [.fail(failure)] : [])
  }

  private mutating func close() -> [Effect] {
    let isConnected = phase == .connecting || phase == .open
    (phase, error, unanswered, hasAnswered, isEnding) = (.idle, 0, 0, false, false)
    return isConnected ? [.close] : []
  }

  private mutating func forgetAddresses() { (addresses, current) = (known, 0) }
}
