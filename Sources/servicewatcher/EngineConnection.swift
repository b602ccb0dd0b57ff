internal import Runtime
internal import Consul
internal import Engine
internal import Formats
internal import Linux
internal import Options
internal import WatcherCore

/// The connection to the container engine: its event stream, and one request at a time beside it.
struct EngineConnection: ~Copyable {
  private var stream: HTTPCall
  private var calls: HTTPCall
  private let host: String
  private let builder: DefinitionBuilder
  private var lines = LineSplitter()
  /// Whether the stream's response has begun.
  private var isSubscribed = false
  private var elements = ElementSplitter()
  private var sent: Sent?
  private var handshake = EngineHandshake()
  /// The last known ID: an engine that fails to answer once has hardly been replaced.
  private var id: String?

  var identity: EngineIdentity { EngineIdentity(kind: handshake.kind, id: id) }
  /// The registrations by container.
  private var definitions: [String: [Definition]] = [:]
  /// Messages about invalid variables and labels of containers.
  private var complaints: [String] = []

  private enum Sent {
    case handshake
    case request(EngineRequest)
  }

  init(_ options: WatcherOptions, from ports: SourcePorts, boot: String, hostname: String) {
    stream = HTTPCall(to: options.engine, from: ports, id: WatcherLoop.Tag.stream)
    calls = HTTPCall(to: options.engine, from: ports, id: WatcherLoop.Tag.query)
    host = options.engine.hostField
    builder = DefinitionBuilder(options.publish, boot: boot, hostname: hostname)
  }

  /// Begins with the handshake: the engine may have been replaced.
  mutating func subscribe(_ poller: borrowing Poller) -> [WatcherEvent] {
    handshake = EngineHandshake()
    return take(handshake.first, poller)
  }

  private mutating func take(_ step: EngineHandshake.Step, _ poller: borrowing Poller) -> [WatcherEvent] {
    switch step {
    case .ask(let apiRequest):
      sent = .handshake
      return begin(apiRequest, .whole, poller)
    case .subscribe(let apiRequest):
      cancelEngineRequest()
      let request = apiRequest.bytes(host: host, version: handshake.version)
      let events = stream.start(request, .parts(limit: nil), poller)
      isSubscribed = false
      return events.flatMap { streamed($0, poller) }
    case .ready:
      cancelEngineRequest()
      return [.subscribed]
    case .failed(let reason): return [.streamLost(reason)]
    }
  }

  mutating func send(_ request: EngineRequest, _ poller: borrowing Poller) -> [WatcherEvent] {
    sent = .request(request)
    elements = ElementSplitter()
    return switch request {
    case .list: begin(.list, .parts(limit: longestList), poller)
    case .inspect(let id): begin(.inspect(container: id), .whole, poller)
    case .identify: begin(.info, .whole, poller)
    }
  }

  private mutating func begin(
    _ apiRequest: EngineAPIRequest, _ body: HTTPCall.Body, _ poller: borrowing Poller
  )
    -> [WatcherEvent]
  {
    let events = calls.start(apiRequest.bytes(host: host, version: handshake.version), body, poller)
    return events.flatMap { receive($0, poller) }
  }

  mutating func unsubscribe() {
    stream.drop()
    cancelEngineRequest()
    lines = LineSplitter()
  }

  mutating func cancelEngineRequest() {
    calls.drop()
    sent = nil
  }

  /// Drops the registrations of containers that are gone.
  mutating func keep(_ machine: WatcherMachine) {
    definitions = definitions.filter { machine.isRunning($0.key) }
  }

  /// The definition to register; nil if its container is gone. A former container of the same name may still be in
  /// the table until the next list.
  func definition(_ request: AgentRequest, _ machine: WatcherMachine) -> Definition? {
    guard case .register(let registration) = request else { return nil }
    for (container, all) in definitions where machine.isRunning(container) {
      if let one = all.first(where: { Registration($0) == registration }) { return one }
    }
    return nil
  }

  mutating func takeComplaints() -> [String] {
    defer { complaints = [] }
    return complaints
  }

  mutating func proceed(_ tag: UInt64, _ poller: borrowing Poller) -> [WatcherEvent] {
    if calls.owns(tag) { return calls.proceed(tag, poller).flatMap { receive($0, poller) } }
    if stream.owns(tag) { return stream.proceed(tag, poller).flatMap { streamed($0, poller) } }
    return []
  }
}

// MARK: The stream
extension EngineConnection {
  private mutating func streamed(_ event: HTTPCall.Event, _ poller: borrowing Poller) -> [WatcherEvent] {
    switch event {
    case .part(let bytes, 200):
      let begun = isSubscribed ? [] : begin(200, "", poller)
      isSubscribed = true
      let dropped = lines.dropped
      let containerEvents = lines.receive(bytes).compactMap { ContainerEvent(line: $0) }.map {
        watcherEvent($0)
      }
      return begun + containerEvents + (lines.dropped > dropped ? [.missed] : [])
    case .part: return []
    case .answered(let response) where response.status == 200: return [streamEnded("it ended the stream")]
    case .answered(let response): return begin(response.status, response.logText, poller)
    case .lost(let reason), .unreachable(let reason): return [streamEnded(reason)]
    }
  }

  /// Hands the subscription's status to the handshake.
  private mutating func begin(_ status: Int, _ reason: String, _ poller: borrowing Poller) -> [WatcherEvent] {
    take(handshake.receive(status, reason), poller)
  }

  /// Drops the stream: the machine may go on for a while without it, and must not see its end again.
  private mutating func streamEnded(_ reason: String) -> WatcherEvent {
    stream.drop()
    return .streamLost(reason)
  }

  private func watcherEvent(_ event: ContainerEvent) -> WatcherEvent {
    switch event.kind {
    case .started: .started(event.container)
    case .died: .died(event.container, age: event.time.flatMap { age($0) })
    }
  }

  /// Only Docker reports events at once with a reliable time. A time in the future comes from a clock that was set.
  private func age(_ time: Duration) -> Duration? {
    let age = Clock.realtime - time
    return handshake.kind.utf8.elementsEqual("docker".utf8) && age >= .zero ? age : nil
  }
}

// MARK: Questions
extension EngineConnection {
  private mutating func receive(_ event: HTTPCall.Event, _ poller: borrowing Poller) -> [WatcherEvent] {
    guard let sent else { return [] }
    switch (sent, event) {
    case (.handshake, .lost(let reason)), (.handshake, .unreachable(let reason)): return [.streamLost(reason)]
    case (_, .unreachable(let reason)), (.request(.list), .lost(let reason)):
      return [.engineRequestFailed(reason)]
    case (.request(.inspect), .lost(let reason)):
      cancelEngineRequest()
      return [.inspected(.failed(reason))]
    case (.handshake, .answered(let response)):
      return take(handshake.receive(response.status, response.logText, response.body), poller)
    case (.request(.identify), .lost): return [identified(nil)]
    case (.request(.identify), .answered(let response)):
      return [identified(response.status == 200 ? response.body : nil)]
    case (.request(.list), .part(let bytes, 200)): return listed(bytes)
    case (.request(.list), .answered(let response)) where response.status == 200:
      cancelEngineRequest()
      return listed(response.body) + [.listEnded]
    case (.request(.inspect(let id)), .answered(let response)):
      cancelEngineRequest()
      return [inspected(id, response)]
    case (_, .answered(let response)): return [.engineRequestFailed(response.logText)]
    case (_, .part): return []
    }
  }

  private mutating func identified(_ info: [UInt8]?) -> WatcherEvent {
    cancelEngineRequest()
    let logText = info.flatMap { engineID(info: $0, kind: handshake.kind) }
    id = logText ?? id
    return .identified(engine: logText)
  }

  private mutating func listed(_ bytes: [UInt8]) -> [WatcherEvent] {
    elements.receive(bytes).compactMap { runningContainer(listed: $0) }.map { .listed($0) }
  }

  private mutating func inspected(_ id: String, _ response: Response) -> WatcherEvent {
    if response.status == 404 || response.isPodmansUnknown { return .inspected(.unknown) }
    guard response.status == 200, let container = Container(inspected: response.body) else {
      return .inspected(.failed(response.status == 200 ? "what it says can't be read" : response.logText))
    }
    guard container.isRunning else { return .inspected(.stopped, finishedAt: container.finishedAt) }
    let (wanted, wrong) = builder.definitions(of: container, engine: identity)
    complaints += wrong
    definitions[id] = wanted.isEmpty ? nil : wanted
    return .inspected(.running(wanted.map { Registration($0) }))
  }
}

extension Response {
  /// Podman 4.3's answer for a container that is just being removed.
  fileprivate var isPodmansUnknown: Bool {
    status == 500 && (try? JSON(parsing: body))?["cause"] == .string("no such container")
  }

  var logText: String { "\(status): \(reason)" }
}

extension Registration {
  init(_ definition: Definition) {
    self.init(
      id: definition.id, name: definition.name, port: definition.port ?? 0, address: definition.address)
  }
}

/// The longest list of containers or services in bytes, enough for thousands; a longer response is a failure.
let longestList = 16 << 20
