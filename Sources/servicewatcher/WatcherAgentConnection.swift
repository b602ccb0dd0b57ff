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
    _ request: AgentRequest<Definition>, _ engine: EngineIdentity, _ poller: borrowing Poller
  ) -> [Event] {
    (sent, elements) = (request, ElementSplitter())
    let body: HTTPClient.Body =
      switch request {
      case .listServices, .listCriticalChecks: .parts(limit: longestList)
      case .verify, .register, .deregister: .whole
      }
    let bytes = apiRequest(request).bytes(host: host, token: token.current)
    return client.call(bytes, reading: body, poller).flatMap { received($0, engine) }
  }

  private func apiRequest(_ request: AgentRequest<Definition>) -> ConsulAPIRequest {
    switch request {
    case .listServices: .services(ofBoot: boot)
    case .listCriticalChecks: .criticalAliveChecks
    case .verify(let entry): .service(id: entry.id)
    case .register(let definition): .register(definition)
    case .deregister(let entry): .deregister(id: entry.id)
    }
  }

  mutating func proceed(_ tag: UInt64, _ engine: EngineIdentity, _ poller: borrowing Poller) -> [Event] {
    client.proceed(tag, poller).flatMap { received($0, engine) }
  }

  private mutating func received(_ event: HTTPClient.Event, _ engine: EngineIdentity) -> [Event] {
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

  private mutating func found(_ bytes: [UInt8], _ engine: EngineIdentity) -> [Event] {
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
  return check.utf8.elementsEqual(CheckKind.alive.id(of: service).utf8) ? service : nil
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
  init?(_ bytes: [UInt8], _ engine: EngineIdentity) {
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
  fileprivate init(_ meta: JSON, _ engine: EngineIdentity) {
    if let id = meta["engine-id"]?.string {
      self = engine.id.map { $0.utf8.elementsEqual(id.utf8) } ?? false ? .ours : .other
    } else {
      let kind = meta["container-engine"]?.string
      self = kind.map { $0.utf8.elementsEqual(engine.kind.utf8) } ?? false ? .sameKind : .other
    }
  }
}

extension Registration {
  fileprivate init(_ json: JSON, id: String) {
    var port = 0
    if case .number(let digits) = json["Port"] { port = Int(digits) ?? 0 }
    let address = json["Address"]?.string ?? ""
    self.init(
      id: id, name: json["Service"]?.string ?? "", port: port, address: address.utf8.isEmpty ? nil : address)
  }
}
