internal import Clients
internal import Consul
internal import HTTP
internal import Linux
internal import Options
internal import WrapperCore

/// The way to Consul's agent: at most one connection, on which requests go out and answers come back in order.
struct AgentConnection: ~Copyable {
  private let index: Int
  private let server: ServerAddress
  private let requestBuilder: ConsulRequestBuilder
  private let ports: SourcePorts
  private var token: Token
  /// Made when the first name is to be resolved.
  private var resolver: Resolver?
  /// Where the agent may be, as far as we know; empty: to be resolved.
  private var addresses: [SocketAddress]
  /// The one in use: the agent that took the registration keeps it.
  private var current = 0
  private var connection: Connection?
  /// What the poller watches it for.
  private var interest: Poller.Interest = []
  /// Counts connections, so that news of one that was closed can be told from news of the next.
  private var generation: UInt64 = 0
  /// Asked for before there was a connection.
  private var waiting: [ServiceRequest] = []
  private var outgoing: [UInt8] = []
  /// Sent on this connection, oldest first.
  private var unanswered: [ServiceRequest] = []
  /// Whether anything was answered on this connection.
  private var hasAnswered = false
  /// The server closes it after its last answer, or has.
  private var isEnding = false
  private var parser = ResponseParser()
  /// Of the last registration that was sent; nil: the agent's own.
  private(set) var registeredAddress: String?
  /// What would be registered now: what the agent's entry is compared with. Addresses change while a container runs, as when
  /// its network is left for another.
  private var presentAddress: String?
  /// Our own end of the last connection.
  private var local: SocketAddress?
  /// The agent that took the last registration, as far as we know.
  private var registeredAgent: SocketAddress?
  private var formerAgent: FormerAgentCleanup
  /// Of the last registration. The agent keeps it with the service and speaks to the servers with it, so a service has to
  /// be registered again with a new one before the old one is gone.
  private var registeredToken: [UInt8]?
  private var hasOldToken = false

  /// - Parameter index: the place of its service, for the tags of the poller.
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

  /// What the connection under way is watched by.
  var tag: UInt64 { PollerTag.agent(index, generation) }
  var resolverTag: UInt64 { PollerTag.resolver(index) }

  /// Where clients are told to connect to, as far as it is known and no name.
  var advertisedAddress: SocketAddress? {
    guard let address = try? requestBuilder.address(local: local) else { return nil }
    return requestBuilder.service.port.flatMap { SocketAddress.numeric(host: address, port: $0) }
  }

  /// Sends behind what is unanswered, or connects first. Gives what is known at once.
  mutating func send(_ requests: [ServiceRequest], _ poller: borrowing Poller) -> [Event] {
    waiting += requests
    formerAgent.attempt(poller)
    if isEnding { closeConnection() }
    if connection != nil { return flush(poller) }
    if !addresses.isEmpty { return connect(poller) }
    return resolve(poller)
  }

  mutating func disconnect() {
    // An address that never answered the connect is not tried first again.
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

  /// A server that has accepted and reset the connection is there, and has no room.
  private func reason(_ errno: Int32) -> Failure {
    errno == Errno.connectionReset ? .closed : .unreachable(errno)
  }
}

// MARK: Talking to it
extension AgentConnection {
  /// Called when the connection can be read or written; gives what was learnt, in order.
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
      // An interface that is down for a moment: nothing better is known.
      presentAddress = registeredAddress
    }
  }

  /// From now on the agent that we are connected to has us, and no other is to.
  private mutating func adoptAgent() {
    guard addresses.indices.contains(current) else { return }
    if let registeredAgent, registeredAgent != addresses[current] { formerAgent.remember(registeredAgent) }
    registeredAgent = addresses[current]
    formerAgent.forget(addresses[current])
  }

  /// Called when the agent that was left can be told so.
  mutating func cleanUpFormerAgent(_ poller: borrowing Poller) {
    let request = requestBuilder.request(.deregister, address: nil)
    formerAgent.proceed(sending: request.bytes(host: server.hostField, token: token.current), poller)
  }

  var cleanupTag: UInt64 { formerAgent.tag }

  /// One read a turn, so that an agent that never stops talking can't keep us from a signal.
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
      // What comes behind that is no answer, and takes nothing of it back.
      isEnding = isEnding || bytes.isEmpty || responses.last?.closes ?? false
      return isEnding && !unanswered.isEmpty ? answers + resendUnanswered(poller) : answers
    } catch {
      return [.lost(bytes.isEmpty ? .closed : .malformed)]
    }
  }

  /// A server may close after any answer, as a proxy that speaks HTTP/1.0 does after each; what came behind was not
  /// looked at then, and goes down another connection: RFC 9112, section 9.3.2. Without any answer it is lost.
  private mutating func resendUnanswered(_ poller: borrowing Poller) -> [Event] {
    guard hasAnswered else { return [.lost(.closed)] }
    waiting = unanswered + waiting
    closeConnection()
    return connect(poller)
  }
}
