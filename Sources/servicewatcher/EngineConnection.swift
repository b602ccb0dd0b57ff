internal import Consul
internal import Engine
internal import Formats
internal import Linux
internal import Options
internal import Runtime
internal import WatcherCore

/// The connection to the container engine: its event stream, and one request at a time beside it.
struct EngineConnection: ~Copyable {
  typealias Event = WatcherEvent<Definition>

  private var stream: HTTPClient
  private var requests: HTTPClient
  private let host: String
  private let builder: DefinitionBuilder
  private var handshake = EngineHandshake()
  /// Whether the stream's response has begun.
  private var isSubscribed = false
  private var lines = LineSplitter()
  /// The request beside the stream; nil while it is one of the handshake.
  private var request: EngineRequest?
  private var elements = ElementSplitter()
  private let boot: String
  /// The last known ID: an engine that fails to answer once has hardly been replaced.
  private var id: String?

  /// The boot and the engine, as entries name them in their Meta.
  var identity: Identity { Identity(bootID: boot, engine: handshake.kind, engineID: id) }

  init(_ options: WatcherOptions, from ports: SourcePorts, boot: String, hostname: String) {
    stream = HTTPClient(to: options.engine, from: ports, id: WatcherLoop.Tag.stream)
    requests = HTTPClient(to: options.engine, from: ports, id: WatcherLoop.Tag.query)
    host = options.engine.hostField
    builder = DefinitionBuilder(options: options.publish, hostname: hostname)
    self.boot = boot
  }

  /// Begins with the handshake: the engine may have been replaced.
  mutating func subscribe(_ poller: borrowing Poller) -> [Event] {
    (handshake, request) = (EngineHandshake(), nil)
    return take(handshake.first, poller)
  }

  mutating func unsubscribe() {
    stream.drop()
    requests.drop()
  }

  mutating func send(_ request: EngineRequest, _ poller: borrowing Poller) -> [Event] {
    (self.request, elements) = (request, ElementSplitter())
    return switch request {
    case .list: start(.list, .parts(limit: longestList), poller)
    case .inspect(let id): start(.inspect(container: id), .whole, poller)
    case .identify: start(.info, .whole, poller)
    }
  }

  mutating func cancelRequest() { requests.drop() }

  mutating func proceed(_ tag: UInt64, _ poller: borrowing Poller) -> [Event] {
    if requests.owns(tag) { return requests.proceed(tag, poller).flatMap { received($0, poller) } }
    if stream.owns(tag) { return stream.proceed(tag, poller).flatMap { streamed($0, poller) } }
    return []
  }

  private mutating func take(_ step: EngineHandshake.Step, _ poller: borrowing Poller) -> [Event] {
    switch step {
    case .ask(let apiRequest): return start(apiRequest, .whole, poller)
    case .subscribe(let apiRequest):
      (isSubscribed, lines) = (false, LineSplitter())
      let events = stream.call(bytes(apiRequest), reading: .parts(limit: nil), poller)
      return events.flatMap { streamed($0, poller) }
    case .ready: return [.subscribed]
    case .failed(let reason): return [.streamLost(reason)]
    }
  }

  private mutating func start(
    _ apiRequest: EngineAPIRequest, _ body: HTTPClient.Body, _ poller: borrowing Poller
  ) -> [Event] {
    requests.call(bytes(apiRequest), reading: body, poller).flatMap { received($0, poller) }
  }

  private func bytes(_ apiRequest: EngineAPIRequest) -> [UInt8] {
    apiRequest.bytes(host: host, version: handshake.version)
  }
}

// MARK: The stream
extension EngineConnection {
  private mutating func streamed(_ event: HTTPClient.Event, _ poller: borrowing Poller) -> [Event] {
    switch event {
    case .part(let bytes, 200): return reported(bytes, poller)
    case .ready, .part: return []
    // The stream is dropped: the machine may go on for a while without it, and must not see its end again.
    case .answered(let response):
      stream.drop()
      if response.status == 200 { return [.streamLost("it ended the stream")] }
      return take(handshake.receive(response.status, response.logText), poller)
    case .failed(let failure):
      stream.drop()
      return [.streamLost(failure.text)]
    }
  }

  private mutating func reported(_ bytes: [UInt8], _ poller: borrowing Poller) -> [Event] {
    var events = isSubscribed ? [] : take(handshake.receive(200, ""), poller)
    isSubscribed = true
    let dropped = lines.dropped
    for event in lines.receive(bytes).compactMap({ ContainerEvent(line: $0) }) {
      switch event.kind {
      case .started: events.append(.started(event.container))
      case .died: events.append(.died(event.container, age: age(event)))
      }
    }
    return lines.dropped > dropped ? events + [.missed] : events
  }

  /// Only Docker reports events at once with a reliable time. A time in the future comes from a clock that
  /// was set.
  private func age(_ event: ContainerEvent) -> Duration? {
    guard let time = event.time, isSame(handshake.kind, "docker") else { return nil }
    let age = Clock.realtime - time
    return age >= .zero ? age : nil
  }
}

// MARK: The requests beside it
extension EngineConnection {
  private mutating func received(_ event: HTTPClient.Event, _ poller: borrowing Poller) -> [Event] {
    if case .part(let bytes, let status) = event { return status == 200 ? listed(bytes) : [] }
    requests.drop()
    switch event {
    case .ready, .part: return []
    case .failed(let failure) where failure.isUnreachable: return [.engineUnreachable(failure.text)]
    case .failed(let failure): return [.engineRequestFailed(failure.text)]
    case .answered(let response):
      if let request { return answered(request, response) }
      return take(handshake.receive(response.status, response.logText, response.body), poller)
    }
  }

  private mutating func answered(_ request: EngineRequest, _ response: Response) -> [Event] {
    switch request {
    case .list where response.status == 200: return listed(response.body) + [.listEnded]
    case .identify where response.status == 200:
      let engine = engineID(info: response.body, kind: handshake.kind)
      id = engine ?? id
      return [.identified(engine: engine)]
    case .list, .identify: return [.engineRequestFailed(response.logText)]
    case .inspect: return [inspected(response)]
    }
  }

  private mutating func listed(_ bytes: [UInt8]) -> [Event] {
    elements.receive(bytes).compactMap { runningContainer(listed: $0) }.map { .listed($0) }
  }

  private func inspected(_ response: Response) -> Event {
    switch InspectResponse(status: response.status, body: response.body) {
    case .container(let container) where container.isRunning:
      let (wanted, invalid) = builder.definitions(of: container, engine: identity)
      return .inspected(.running(wanted, invalid: invalid))
    case .container(let container): return .inspected(.stopped(finishedAt: container.finishedAt))
    case .unknown: return .inspected(.unknown)
    case .failed: return .engineRequestFailed(response.logText)
    case .malformed: return .engineRequestFailed("what it says can't be read")
    }
  }
}

extension Response {
  var logText: String { "\(status): \(reason)" }
}

/// The longest list of containers or services in bytes, enough for thousands; a longer response is a failure.
let longestList = 16 << 20
