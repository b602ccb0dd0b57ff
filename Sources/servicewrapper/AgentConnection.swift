internal import Runtime
internal import Consul
internal import Formats
internal import Linux
internal import Options
internal import WrapperCore

/// The connection to Consul's agent: one at a time, with requests answered in order.
struct AgentConnection: ~Copyable {
  private let index: Int
  private let server: ServerAddress
  private let requestBuilder: ConsulRequestBuilder
  private let ports: SourcePorts
  private var token: Token
  /// Made when the first name is to be resolved.
  private var resolver: Resolver?
  /// The agent's possible addresses; empty: to be resolved.
  private var addresses: [SocketAddress]
  /// The index of the address in use; it stays at the agent that has the registration.
  private var current = 0
  private var connection: Connection?
  /// The events that the poller waits for.
  private var interest: Poller.Interest = []
  /// Counts connections, so that a closed connection's events aren't taken for the next one's.
  private var generation: UInt64 = 0
  /// Requests that wait for the connection.
  private var waiting: [ServiceRequest] = []
  private var outgoing: [UInt8] = []
  /// Sent on this connection, oldest first.
  private var unanswered: [ServiceRequest] = []
  /// Whether any request was answered on this connection.
  private var hasAnswered = false
  /// The server closes the connection after its last answer, or has closed it.
  private var isEnding = false
  private var parser = ResponseParser()
  /// The address of the last registration that was sent; nil: the agent's own.
  private(set) var registeredAddress: String?
  /// The address that would be registered now, to compare with the agent's entry. It can change while a container
  /// runs, as when its network is disconnected.
  private var presentAddress: String?
  /// The local address of the last connection.
  private var local: SocketAddress?
  /// The agent that has the last registration, as far as we know.
  private var registeredAgent: SocketAddress?
  private var formerAgent: FormerAgentCleanup
  /// The token of the last registration. The agent keeps it for its own requests to the servers, so the service must
  /// be registered again with a new token before the old one expires.
  private var registeredToken: [UInt8]?
  private var hasOldToken = false

  /// - Parameter index: the index of its service, for the tags of the poller.
  init(
    to server: ServerAddress, from ports: SourcePorts, requestBuilder: ConsulRequestBuilder, token: Token,
    at index: Int
  ) {
    self.index = index
    self.ports = ports
    formerAgent = FormerAgentCleanup(from: ports, at: index)
    self.server = server
    self.requestBuilder = requestBuilder
    self.token = token
    addresses = server.knownAddresses
  }

  /// The poller's tag of the current connection.
  var tag: UInt64 { PollerTag.agent(index, generation) }
  var resolverTag: UInt64 { PollerTag.resolver(index) }

  /// The address that clients connect to, if it is known and numeric.
  var advertisedAddress: SocketAddress? {
    guard let address = try? requestBuilder.address(local: local) else { return nil }
    return requestBuilder.service.port.flatMap { SocketAddress.numeric(host: address, port: $0) }
  }

  /// Sends behind the unanswered requests, or connects first. Returns events that are known at once.
  mutating func send(_ requests: [ServiceRequest], _ poller: borrowing Poller) -> [Event] {
    waiting += requests
    formerAgent.attempt(poller)
    if isEnding { closeConnection() }
    if connection != nil { return flush(poller) }
    if !addresses.isEmpty { return connect(poller) }
    return resolve(poller)
  }

  mutating func disconnect() {
    // Don't begin with an address that never answered.
    if let connected = connection?.isConnected, !connected { current += 1 }
    waiting = []
    closeConnection()
    if current >= addresses.count { forgetAddresses() }
  }

  private mutating func closeConnection() {
    connection = nil
    (outgoing, unanswered) = ([], [])
    (hasAnswered, isEnding) = (false, false)
    parser = ResponseParser()
  }

  private mutating func forgetAddresses() {
    addresses = server.knownAddresses
    current = 0
  }
}

// MARK: Finding the agent
extension AgentConnection {
  private mutating func resolve(_ poller: borrowing Poller) -> [Event] {
    guard case .tcp(let host, let port) = server else { return [] }
    do throws(SystemCallError) {
      if resolver == nil { resolver = try Resolver.polled(by: poller, tag: resolverTag) }
      try resolver?.resolve(host: host, port: port)
      return []
    } catch { return [.lost(.unreachable(error.errno))] }
  }

  /// Called when the resolver has an answer.
  mutating func resolved(_ poller: borrowing Poller) -> [Event] {
    guard let answer = resolver?.takeResolution() ?? nil else { return [] }
    let isAwaited = connection == nil && !waiting.isEmpty
    switch answer {
    case .failed(let code): return isAwaited ? [.lost(.unresolvable(code))] : []
    case .found(let found):
      addresses = found
      current = 0
      return isAwaited ? connect(poller) : []
    }
  }

  private mutating func connect(_ poller: borrowing Poller) -> [Event] {
    var errno = Errno.timedOut
    while current < addresses.count {
      do throws(SystemCallError) {
        let opened = try Connection.open(to: addresses[current], from: ports)
        generation += 1
        interest = opened.isConnected ? .readable : .writable
        try poller.add(opened.descriptor.number, for: interest, tag: tag)
        connection = consume opened
        return flush(poller)
      } catch { errno = error.errno }
      current += 1
    }
    forgetAddresses()
    return [.lost(reason(errno))]
  }

  /// A server that accepted and reset the connection runs, but is at its limit.
  private func reason(_ errno: Int32) -> Failure {
    errno == Errno.connectionReset ? .closed : .unreachable(errno)
  }
}

// MARK: Talking to it
extension AgentConnection {
  /// Called when the connection is readable or writable; returns the events in order.
  mutating func proceed(_ poller: borrowing Poller) -> [Event] {
    guard let connected = connection?.isConnected else { return [] }
    if !connected { return finishConnecting(poller) }
    return (outgoing.isEmpty ? [] : flush(poller)) + receive(poller)
  }

  private mutating func finishConnecting(_ poller: borrowing Poller) -> [Event] {
    do throws(SystemCallError) {
      try connection?.finishConnecting()
      return flush(poller)
    } catch {
      connection = nil
      current += 1
      if current < addresses.count { return connect(poller) }
      forgetAddresses()
      return [.lost(reason(error.errno))]
    }
  }

  /// Writes what the kernel takes, and waits for it to take the rest.
  private mutating func flush(_ poller: borrowing Poller) -> [Event] {
    guard connection?.isConnected ?? false else { return [] }
    if local == nil { local = connection?.localAddress }
    do throws(SystemCallError) {
      try render()
    } catch { return [.lost(.addressless(error.errno))] }
    do throws(SystemCallError) {
      if !outgoing.isEmpty { outgoing.removeFirst(try connection?.send(outgoing) ?? 0) }
      try listen(for: outgoing.isEmpty ? .readable : [.readable, .writable], poller)
      defer { hasOldToken = false }
      return hasOldToken ? [.outdated, .sent] : [.sent]
    } catch { return resendUnanswered(poller) }
  }

  private mutating func listen(
    for wanted: Poller.Interest, _ poller: borrowing Poller
  ) throws(SystemCallError) {
    guard let descriptor = connection?.descriptor.number, wanted != interest else { return }
    try poller.modify(descriptor, for: wanted, tag: tag)
    interest = wanted
  }

  private mutating func render() throws(SystemCallError) {
    if waiting.isEmpty { return }
    let secret = token.current
    hasOldToken = registeredToken != nil && registeredToken != secret
    for request in waiting {
      switch request {
      case .inspect: notePresentAddress()
      case .register:
        local = connection?.localAddress
        registeredAddress = try requestBuilder.address(local: local)
        presentAddress = registeredAddress
        registeredToken = secret
        adoptAgent()
      case .markCritical, .alive, .ready, .deregister: break
      }
      let message = requestBuilder.request(request, address: registeredAddress)
      outgoing += message.bytes(host: server.hostField, token: secret)
    }
    unanswered += waiting
    waiting = []
  }

  private mutating func notePresentAddress() {
    local = connection?.localAddress
    do throws(SystemCallError) {
      presentAddress = try requestBuilder.address(local: local)
    } catch {
      // The interface is down for a moment: keep the last address.
      presentAddress = registeredAddress
    }
  }

  /// From now on the current agent has the registration; a former agent's is cleaned up.
  private mutating func adoptAgent() {
    guard addresses.indices.contains(current) else { return }
    if let registeredAgent, registeredAgent != addresses[current] { formerAgent.remember(registeredAgent) }
    registeredAgent = addresses[current]
    formerAgent.forget(addresses[current])
  }

  /// Called when the connection to the former agent is ready.
  mutating func cleanUpFormerAgent(_ poller: borrowing Poller) {
    let request = requestBuilder.request(.deregister, address: nil)
    formerAgent.proceed(sending: request.bytes(host: server.hostField, token: token.current), poller)
  }

  var cleanupTag: UInt64 { formerAgent.tag }

  /// One read for each wake-up, so that an agent that never stops sending can't delay a signal.
  private mutating func receive(_ poller: borrowing Poller) -> [Event] {
    do throws(SystemCallError) {
      return try connection?.receive().map { parse($0, poller) } ?? []
    } catch { return resendUnanswered(poller) }
  }

  private mutating func parse(_ bytes: [UInt8], _ poller: borrowing Poller) -> [Event] {
    do throws(ResponseParser.Malformed) {
      let responses = bytes.isEmpty ? try parser.end().map { [$0] } ?? [] : try parser.receive(bytes)
      let answers = responses.prefix(unanswered.count).map {
        Event.answered(requestBuilder.answer($0, address: presentAddress))
      }
      unanswered.removeFirst(answers.count)
      hasAnswered = hasAnswered || !answers.isEmpty
      // Trailing bytes don't invalidate answers already parsed.
      isEnding = isEnding || bytes.isEmpty || responses.last?.closes ?? false
      return isEnding && !unanswered.isEmpty ? answers + resendUnanswered(poller) : answers
    } catch {
      return [.lost(bytes.isEmpty ? .closed : .malformed)]
    }
  }

  /// A server may close after any answer, as an HTTP/1.0 proxy does after each. Requests behind it weren't handled
  /// and are sent again on a new connection: RFC 9112, section 9.3.2. A close without any answer is a failure.
  private mutating func resendUnanswered(_ poller: borrowing Poller) -> [Event] {
    guard hasAnswered else { return [.lost(.closed)] }
    waiting = unanswered + waiting
    closeConnection()
    return connect(poller)
  }
}
