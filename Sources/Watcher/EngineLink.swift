internal import Clients
internal import Consul
internal import Engine
internal import HTTP
internal import JSON
internal import Linux
internal import Options
internal import WatcherCore

/// The way to the container engine: its stream of events, and one question at a time beside it.
struct EngineLink: ~Copyable {
  private var stream: Call
  private var query: Call
  private let host: String
  private let publisher: Publisher
  private var lines = LineSplitter()
  /// Whether the engine has begun to answer on the stream.
  private var isSubscribed = false
  private var elements = ElementSplitter()
  private var asked: Asked?
  private(set) var handshake = EngineHandshake()
  /// What is to be registered, by container.
  private var definitions: [String: [Definition]] = [:]
  /// What containers say of themselves wrongly.
  private var complaints: [String] = []

  private enum Asked {
    case handshake
    case query(EngineQuery)
  }

  init(_ options: WatcherOptions, from ports: SourcePorts, boot: String, hostname: String) {
    stream = Call(to: options.engine, from: ports, kind: Observer.Tag.stream)
    query = Call(to: options.engine, from: ports, kind: Observer.Tag.query)
    host = options.engine.hostField
    publisher = Publisher(options.publishing, boot: boot, hostname: hostname)
  }

  /// Begins with the handshake: it may be another engine than before.
  mutating func subscribe(_ poller: borrowing Poller) -> [WatchEvent] {
    handshake = EngineHandshake()
    return take(handshake.first, poller)
  }

  private mutating func take(_ step: EngineHandshake.Step, _ poller: borrowing Poller) -> [WatchEvent] {
    switch step {
    case .ask(let question):
      asked = .handshake
      return begin(question, .whole, poller)
    case .subscribe(let question):
      dropQuery()
      let request = question.bytes(host: host, version: handshake.version)
      let news = stream.start(request, .parts(limit: nil), poller)
      isSubscribed = false
      return news.map { streamed($0, poller) } ?? []
    case .ready:
      dropQuery()
      return [.identified(engine: handshake.id), .subscribed]
    case .failed(let reason): return [.streamLost(reason)]
    }
  }

  mutating func ask(_ question: EngineQuery, _ poller: borrowing Poller) -> [WatchEvent] {
    asked = .query(question)
    elements = ElementSplitter()
    return switch question {
    case .list: begin(.list, .parts(limit: longestList), poller)
    case .inspect(let id): begin(.inspect(container: id), .whole, poller)
    }
  }

  private mutating func begin(_ question: Query, _ body: Call.Body, _ poller: borrowing Poller)
    -> [WatchEvent]
  {
    let news = query.start(question.bytes(host: host, version: handshake.version), body, poller)
    return news.map { heard($0, poller) } ?? []
  }

  mutating func unsubscribe() {
    stream.drop()
    dropQuery()
    lines = LineSplitter()
  }

  mutating func dropQuery() {
    query.drop()
    asked = nil
  }

  /// Forgets what is to be registered for containers that are gone.
  mutating func keep(_ watch: Watch) { definitions = definitions.filter { watch.isRunning($0.key) } }

  /// What it registers; nil where that container is gone. One that is may have had the same name, and is kept until the next
  /// list.
  func definition(_ request: AgentRequest, _ watch: Watch) -> Definition? {
    guard case .register(let registration) = request else { return nil }
    for (container, all) in definitions where watch.isRunning(container) {
      if let one = all.first(where: { Registration($0) == registration }) { return one }
    }
    return nil
  }

  mutating func takeComplaints() -> [String] {
    defer { complaints = [] }
    return complaints
  }

  mutating func proceed(_ tag: UInt64, _ poller: borrowing Poller) -> [WatchEvent] {
    if query.owns(tag) { return query.proceed(tag, poller).flatMap { heard($0, poller) } }
    if stream.owns(tag) { return stream.proceed(tag, poller).flatMap { streamed($0, poller) } }
    return []
  }
}

// MARK: The stream
extension EngineLink {
  private mutating func streamed(_ news: Call.News, _ poller: borrowing Poller) -> [WatchEvent] {
    switch news {
    case .part(let bytes, 200):
      let begun = isSubscribed ? [] : begin(200, "", poller)
      isSubscribed = true
      let dropped = lines.dropped
      let occurrences = lines.receive(bytes).compactMap { Occurrence(line: $0) }.map { event($0) }
      return begun + occurrences + (lines.dropped > dropped ? [.missed] : [])
    case .part: return []
    case .answered(let response) where response.status == 200: return [streamEnded("it ended the stream")]
    case .answered(let response): return begin(response.status, response.told, poller)
    case .lost(let reason), .unreachable(let reason): return [streamEnded(reason)]
    }
  }

  /// What the answer to the subscription means for the handshake.
  private mutating func begin(_ status: Int, _ reason: String, _ poller: borrowing Poller) -> [WatchEvent] {
    take(handshake.receive(status, reason), poller)
  }

  /// The machine may go on for a while without it, and its end would be news at every turn.
  private mutating func streamEnded(_ reason: String) -> WatchEvent {
    stream.drop()
    return .streamLost(reason)
  }

  private func event(_ occurrence: Occurrence) -> WatchEvent {
    switch occurrence.kind {
    case .started: .started(occurrence.container)
    case .died: .died(occurrence.container, age: occurrence.time.flatMap { age($0) })
    }
  }

  /// Only Docker's times are told at once, and known to mean something. One that is still to come is of a clock that was set.
  private func age(_ time: Duration) -> Duration? {
    let age = Clock.realtime - time
    return handshake.kind.utf8.elementsEqual("docker".utf8) && age >= .zero ? age : nil
  }
}

// MARK: Questions
extension EngineLink {
  private mutating func heard(_ news: Call.News, _ poller: borrowing Poller) -> [WatchEvent] {
    guard let asked else { return [] }
    switch (asked, news) {
    case (.handshake, .lost(let reason)), (.handshake, .unreachable(let reason)): return [.streamLost(reason)]
    case (_, .unreachable(let reason)), (.query(.list), .lost(let reason)): return [.queryLost(reason)]
    case (.query(.inspect), .lost(let reason)):
      dropQuery()
      return [.inspected(.untold(reason))]
    case (.handshake, .answered(let response)):
      return take(handshake.receive(response.status, response.told, response.body), poller)
    case (.query(.list), .part(let bytes, 200)): return listed(bytes)
    case (.query(.list), .answered(let response)) where response.status == 200:
      dropQuery()
      return listed(response.body) + [.listEnded]
    case (.query(.inspect(let id)), .answered(let response)):
      dropQuery()
      return [inspected(id, response)]
    case (_, .answered(let response)): return [.queryLost(response.told)]
    case (_, .part): return []
    }
  }

  private mutating func listed(_ bytes: [UInt8]) -> [WatchEvent] {
    elements.receive(bytes).compactMap { runningContainer(listed: $0) }.map { .listed($0) }
  }

  private mutating func inspected(_ id: String, _ response: Response) -> WatchEvent {
    if response.status == 404 || response.isPodmansUnknown { return .inspected(.unknown) }
    guard response.status == 200, let container = Container(inspected: response.body) else {
      return .inspected(.untold(response.status == 200 ? "what it says can't be read" : response.told))
    }
    guard container.isRunning else { return .inspected(.stopped) }
    let (wanted, wrong) = publisher.definitions(of: container, engine: handshake)
    complaints += wrong
    definitions[id] = wanted.isEmpty ? nil : wanted
    return .inspected(.running(wanted.map { Registration($0) }))
  }
}

extension Response {
  /// What Podman 4.3 says of a container that it removes in this moment.
  fileprivate var isPodmansUnknown: Bool {
    status == 500 && (try? JSON(parsing: body))?["cause"] == .string("no such container")
  }

  var told: String { "\(status): \(reason)" }
}

extension Registration {
  init(_ definition: Definition) {
    self.init(
      id: definition.id, name: definition.name, port: definition.port ?? 0, address: definition.address)
  }
}

/// Bytes of a list, of containers or of services: thousands of them. An answer that never ends is none.
let longestList = 16 << 20
