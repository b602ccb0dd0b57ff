internal import Consul
internal import Formats
internal import Linux
internal import Options
internal import Runtime
internal import WrapperCore

/// One service's connection to Consul's agent: writes the machine's requests, and reads the answers.
struct AgentConnection: ~Copyable {
  private let requestBuilder: ConsulRequestBuilder
  private let host: String
  private var token: Token
  private var client: HTTPClient
  /// Requests without an answer, oldest first.
  private var requests: [ServiceRequest] = []
  private var formerAgents = FormerAgents<SocketAddress>()
  /// Deregisters from former agents.
  private var cleanup: HTTPClient
  /// The address of the last registration that was sent; nil: the agent's own.
  private(set) var registeredAddress: String?
  /// The address that would be registered now, to compare with the agent's entry. It can change while a container
  /// runs, as when its network is disconnected.
  private var presentAddress: String?
  /// The local address of the last connection.
  private var local: SocketAddress?
  /// The token of the last registration. The agent keeps it for its own requests to the servers, so the service must
  /// be registered again with a new token before the old one expires.
  private var registeredToken: [UInt8]?

  /// - Parameter index: the index of its service, for the tags of the poller.
  init(
    to server: ServerAddress, from ports: SourcePorts, requestBuilder: ConsulRequestBuilder, token: Token,
    at index: Int
  ) {
    self.requestBuilder = requestBuilder
    self.token = token
    host = server.hostField
    client = HTTPClient(to: server, from: ports, id: PollerTag.agent(index))
    cleanup = HTTPClient(to: nil, from: ports, id: PollerTag.formerAgent(index))
  }

  /// The address that clients connect to, if it is known and numeric.
  var advertisedAddress: SocketAddress? {
    let service = requestBuilder.service
    guard let address = try? service.address.registered(connection: local) else { return nil }
    return service.port.flatMap { SocketAddress.numeric(host: address, port: $0) }
  }

  /// Sends behind the unanswered requests, or connects first. Returns events that are known at once.
  mutating func send(_ requests: [ServiceRequest], _ poller: borrowing Poller) -> [ServiceEvent] {
    self.requests += requests
    let events = receive(client.send(requests.count, poller), poller)
    // After that, because a registration may have been sent to a former agent just now.
    if let agent = formerAgents.next() {
      let request = requestBuilder.request(.deregister, address: nil).bytes(host: host, token: token.current)
      receiveCleanup(cleanup.call(request, to: [agent], poller))
    }
    return events
  }

  mutating func disconnect() {
    client.drop()
    requests = []
  }

  /// The events behind a poller's tag; nil if the tag isn't ours.
  mutating func proceed(_ tag: UInt64, _ poller: borrowing Poller) -> [ServiceEvent]? {
    if client.owns(tag) { return receive(client.proceed(tag, poller), poller) }
    guard cleanup.owns(tag) else { return nil }
    receiveCleanup(cleanup.proceed(tag, poller))
    return []
  }

  private mutating func receive(_ events: [HTTPClient.Event], _ poller: borrowing Poller) -> [ServiceEvent] {
    var converted: [ServiceEvent] = []
    for event in events {
      switch event {
      case .ready(let count): converted += write(requests.suffix(count), poller)
      case .part: break
      case .answered(let response):
        if !requests.isEmpty { requests.removeFirst() }
        converted.append(.answered(requestBuilder.answer(response, address: presentAddress)))
      case .failed(let failure):
        requests = []
        converted.append(.lost(Failure(failure)))
      }
    }
    return converted
  }

  private mutating func write(
    _ requests: ArraySlice<ServiceRequest>, _ poller: borrowing Poller
  ) -> [ServiceEvent] {
    local = client.localAddress
    let secret = token.current
    let isTokenNew = registeredToken != nil && registeredToken != secret
    var bytes: [UInt8] = []
    for request in requests {
      do throws(SystemCallError) {
        try prepare(request, secret)
      } catch { return [.lost(.addressless(error.errno))] }
      bytes += requestBuilder.request(request, address: registeredAddress).bytes(host: host, token: secret)
    }
    let failures = receive(client.write(bytes, poller), poller)
    return (isTokenNew ? [.outdated] : []) + (failures.isEmpty ? [.sent] : failures)
  }

  private mutating func prepare(_ request: ServiceRequest, _ secret: [UInt8]?) throws(SystemCallError) {
    let address = requestBuilder.service.address
    switch request {
    case .inspect:
      // If the interface is down for a moment, the last address counts.
      presentAddress = (try? address.registered(connection: local)) ?? registeredAddress
    case .register:
      registeredAddress = try address.registered(connection: local)
      (presentAddress, registeredToken) = (registeredAddress, secret)
      if let agent = client.peer, formerAgents.register(at: agent) { cleanup.drop() }
    case .markCritical, .alive, .ready, .deregister: break
    }
  }

  private mutating func receiveCleanup(_ events: [HTTPClient.Event]) {
    for case .answered(let response) in events {
      cleanup.drop()
      formerAgents.receive(status: response.status)
    }
  }
}

extension Failure {
  fileprivate init(_ failure: ClientFailure) {
    switch failure {
    case .unresolvable(let code): self = .unresolvable(code)
    case .unreachable(let errno): self = .unreachable(errno)
    case .closed, .malformed(.truncated): self = .closed
    case .malformed, .tooLong: self = .malformed
    }
  }
}
