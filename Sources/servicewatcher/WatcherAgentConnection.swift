internal import Consul
internal import Formats
internal import Linux
internal import Options
internal import Runtime
internal import WatcherCore

/// The connection to Consul's agent: one request at a time.
struct WatcherAgentConnection: ~Copyable {
  typealias Event = WatcherEvent<Definition>

  private var client: HTTPClient
  private var token: Token
  private let host: String
  private let boot: String
  private var sent = AgentRequest<Definition>.listServices
  private var elements = ElementSplitter()

  init(to server: ServerAddress, from ports: SourcePorts, token: Token, boot: String) {
    client = HTTPClient(to: server, from: ports, id: WatcherLoop.Tag.agent)
    host = server.hostField
    self.token = token
    self.boot = boot
  }

  func owns(_ tag: UInt64) -> Bool { client.owns(tag) }

  mutating func drop() { client.drop() }

  mutating func send(
    _ request: AgentRequest<Definition>, _ engine: Identity, _ poller: borrowing Poller
  ) -> [Event] {
    (sent, elements) = (request, ElementSplitter())
    let (apiRequest, body): (ConsulAPIRequest, HTTPClient.Body) =
      switch request {
      case .listServices: (.services(ofBoot: boot), .parts(limit: longestList))
      case .listCriticalChecks: (.criticalAliveChecks, .parts(limit: longestList))
      case .verify(let entry): (.service(id: entry.id), .whole)
      case .register(let definition): (.register(definition), .whole)
      case .deregister(let entry): (.deregister(id: entry.id), .whole)
      }
    let bytes = apiRequest.bytes(host: host, token: token.current)
    return client.call(bytes, reading: body, poller).flatMap { received($0, engine) }
  }

  mutating func proceed(_ tag: UInt64, _ engine: Identity, _ poller: borrowing Poller) -> [Event] {
    client.proceed(tag, poller).flatMap { received($0, engine) }
  }

  private mutating func received(_ event: HTTPClient.Event, _ engine: Identity) -> [Event] {
    switch event {
    case .ready: return []
    case .failed(let failure): return [.agentRequestFailed(failure.text)]
    // The body of a failure is dropped; its status is enough.
    case .part(let bytes, let status): return status == 200 ? found(bytes, engine) : []
    case .answered(let response):
      drop()
      let rest = response.status == 200 ? found(response.body, engine) : []
      return rest + [.answered(AgentAnswer(response))]
    }
  }

  private mutating func found(_ bytes: [UInt8], _ engine: Identity) -> [Event] {
    switch sent {
    case .listServices: elements.receive(bytes).compactMap { AgentEntry($0, engine) }.map { .entry($0) }
    case .listCriticalChecks: elements.receive(bytes).compactMap { aliveCheck($0) }.map { .critical($0) }
    case .verify: AgentEntry(bytes, engine).map { [.entry($0)] } ?? []
    case .register, .deregister: []
    }
  }
}

/// The service ID of a value of `GET /v1/agent/checks`, if it is a critical *alive* check of a wrapper.
private func aliveCheck(_ bytes: [UInt8]) -> String? {
  guard let json = try? JSON(parsing: bytes), let check = json["CheckID"]?.string,
    let service = json["ServiceID"]?.string, json["Status"] == .string("critical")
  else { return nil }
  return isSame(check, CheckKind.alive.id(of: service)) ? service : nil
}

extension AgentAnswer {
  init(_ response: Response) {
    switch response.outcome {
    case .done: self = .done
    case .unknown: self = .unknown
    case .denied, .rejected: self = .refused(response.logText)
    case .busy, .failing: self = .failing(response.logText)
    }
  }
}

extension AgentEntry {
  /// From a value of `GET /v1/agent/services`, or from `GET /v1/agent/service/:id`; nil unless a wrapper or
  /// watcher registered it for a container.
  init?(_ bytes: [UInt8], _ engine: Identity) {
    guard let json = try? JSON(parsing: bytes), let meta = json["Meta"], let id = json["ID"]?.string,
      let container = meta["container-id"]?.string, isContainerID(container.utf8)
    else { return nil }
    let manager = Identity.Manager.allCases.first { meta["managed-by"] == .string($0.rawValue) }
    guard let manager else { return nil }
    self.init(
      id: id, container: container, registration: manager == .watcher ? Registration(json, id: id) : nil,
      engine: EngineMark(meta, engine))
  }
}

extension AgentEntry.EngineMark {
  fileprivate init(_ meta: JSON, _ engine: Identity) {
    if let id = meta["engine-id"] {
      self = id == engine.engineID.map { .string($0) } ? .ours : .other
    } else {
      self = meta["container-engine"] == engine.engine.map { .string($0) } ? .sameKind : .other
    }
  }
}

extension Registration {
  fileprivate init(_ json: JSON, id: String) {
    var port = 0
    if case .number(let digits) = json["Port"] { port = Int(digits) ?? 0 }
    let address = json["Address"].flatMap { $0 == .string("") ? nil : $0.string }
    self.init(id: id, name: json["Service"]?.string ?? "", port: port, address: address)
  }
}
