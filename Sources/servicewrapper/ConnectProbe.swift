internal import Formats
internal import Linux
internal import Runtime
internal import WrapperCore

/// Connects to one address after another until one accepts, and then sends an HTTP GET if there is a request. A short
/// rest of the response is read after the result, since some servers treat a client that closes early as an error.
struct ConnectProbe: ~Copyable {
  private let fixed: [SocketAddress]
  /// Whether the registered address is tried too, which may be the only one that is bound.
  private let isAnywhere: Bool
  /// nil: an accepted connection is enough.
  private let request: [UInt8]?
  private var client: HTTPClient
  /// The registered address, if it is local: another host's would only delay the probe.
  private var registered: SocketAddress?
  private var lastRegistered: SocketAddress?
  /// The result is known, and the rest of the response is still to be read.
  private var isReadingBody = false

  init(
    _ targets: [SocketAddress], isAnywhere: Bool = false, request: [UInt8]? = nil, from ports: SourcePorts,
    id: UInt32
  ) {
    self.isAnywhere = isAnywhere
    fixed = targets
    self.request = request
    client = HTTPClient(to: nil, from: ports, id: id, for: request == nil ? .handshake : .exchange)
  }

  /// - Parameter registered: the address that clients are told.
  mutating func start(registered: SocketAddress?, _ poller: borrowing Poller) -> Health? {
    if isReadingBody { client.drop(.early) }
    isReadingBody = false
    if isAnywhere, registered != lastRegistered {
      lastRegistered = registered
      self.registered = registered.flatMap { $0.isOurs ? $0 : nil }
    }
    var targets = fixed
    if let own = self.registered, !targets.contains(own) { targets.append(own) }
    return receive(client.call(request, to: targets, reading: .parts(limit: nil), poller), poller)
  }

  mutating func cancel() {
    client.drop()
    isReadingBody = false
  }

  /// Called when the poller returns a tag of this probe.
  mutating func proceed(_ tag: UInt64, _ poller: borrowing Poller) -> Health? {
    receive(client.proceed(tag, poller), poller)
  }

  private mutating func receive(_ events: [HTTPClient.Event], _ poller: borrowing Poller) -> Health? {
    for event in events {
      let wasKnown = isReadingBody
      if let health = receive(event, poller), !wasKnown { return health }
    }
    return nil
  }

  private mutating func receive(_ event: HTTPClient.Event, _ poller: borrowing Poller) -> Health? {
    switch event {
    case .ready:
      client.drop(.abandoned)
      return .accepting
    case .part(_, let status):
      isReadingBody = client.remaining.map { $0 <= ConnectProbe.longestRest } ?? false
      if !isReadingBody { client.drop(.early) }
      return ConnectProbe.health(status)
    case .answered(let response):
      isReadingBody = false
      client.drop(.complete)
      return ConnectProbe.health(response.status)
    case .failed(let failure):
      isReadingBody = false
      return ConnectProbe.health(failure)
    }
  }

  /// How many bytes of a response are still read when its status is known. A response without a length may have no end,
  /// and a server with one worker would wait for ours.
  private static let longestRest = 256 << 10

  private static func health(_ status: Int) -> Health {
    200...299 ~= status ? .accepting : .unhealthy(status)
  }

  private static func health(_ failure: ClientFailure) -> Health {
    switch failure {
    case .unreachable(let errno): .failing(errno)
    case .closed(let errno) where errno != 0: .failing(errno)
    case .closed, .malformed, .tooLong, .unresolvable: .unhealthy(0)
    }
  }
}
