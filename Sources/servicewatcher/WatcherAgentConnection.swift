internal import Runtime
internal import Consul
internal import Formats
internal import Linux
internal import Options
internal import WatcherCore

/// The connection to Consul's agent: one request at a time.
struct WatcherAgentConnection: ~Copyable {
  private var call: HTTPCall
  private var token: Token
  private let host: String
  private let boot: String
  private var sent: AgentRequest?
  private var elements = ElementSplitter()

  init(to server: ServerAddress, from ports: SourcePorts, token: Token, boot: String) {
    call = HTTPCall(to: server, from: ports, id: WatcherLoop.Tag.agent)
    host = server.hostField
    self.token = token
    self.boot = boot
  }

  func owns(_ tag: UInt64) -> Bool { call.owns(tag) }

  mutating func drop() {
    call.drop()
    sent = nil
  }

  /// - Parameters:
  ///   - definition: of what is to be registered.
  ///   - engine: ours.
  mutating func send(
    _ request: AgentRequest, _ definition: Definition?, engine: EngineIdentity, _ poller: borrowing Poller
  ) -> [WatcherEvent] {
    guard let apiRequest = apiRequest(request, definition) else {
      return [.answered(.refused("its container is gone"))]
    }
    sent = request
    elements = ElementSplitter()
    let bytes = apiRequest.bytes(host: host, token: token.current)
    let isList = request == .listServices || request == .listCriticalChecks
    let events = call.start(bytes, isList ? .parts(limit: longestList) : .whole, poller)
    return events.flatMap { receive($0, engine) }
  }

  private func apiRequest(_ request: AgentRequest, _ definition: Definition?) -> ConsulAPIRequest? {
    switch request {
    case .listServices: .services(ofBoot: boot)
    case .listCriticalChecks: .criticalAliveChecks
    case .verify(let entry): .service(id: entry.id)
    case .register: definition.map { .register($0) }
    case .deregister(let entry): .deregister(id: entry.id)
    }
  }

  mutating func proceed(
    _ tag: UInt64, engine: EngineIdentity, _ poller: borrowing Poller
  ) -> [WatcherEvent] {
    call.proceed(tag, poller).flatMap { receive($0, engine) }
  }

  private mutating func receive(_ event: HTTPCall.Event, _ engine: EngineIdentity) -> [WatcherEvent] {
    guard let sent else { return [] }
    switch event {
    case .lost(let reason), .unreachable(let reason): return [.agentRequestFailed(reason)]
    case .part(let bytes, 200): return elements(sent, bytes, engine)
    // The body of a failure is dropped; its status is enough.
    case .part: return []
    case .answered(let response):
      drop()
      return found(sent, response, engine) + [.answered(AgentAnswer(response))]
    }
  }

  private mutating func found(
    _ sent: AgentRequest, _ response: Response, _ engine: EngineIdentity
  ) -> [WatcherEvent] {
    guard response.status == 200 else { return [] }
    switch sent {
    case .listServices, .listCriticalChecks: return elements(sent, response.body, engine)
    case .verify: return AgentEntry(response.body, engine: engine).map { [.entry($0)] } ?? []
    case .register, .deregister: return []
    }
  }

  private mutating func elements(
    _ sent: AgentRequest, _ bytes: [UInt8], _ engine: EngineIdentity
  ) -> [WatcherEvent] {
    let complete = elements.receive(bytes)
    if sent == .listCriticalChecks {
      return complete.compactMap { serviceOfAliveCheck($0) }.map { .critical($0) }
    }
    return complete.compactMap { AgentEntry($0, engine: engine) }.map { .entry($0) }
  }
}

/// The service ID of a value of `GET /v1/agent/checks`, if it is a critical *alive* check of a wrapper.
private func serviceOfAliveCheck(_ bytes: [UInt8]) -> String? {
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
  /// From a value of `GET /v1/agent/services`, or from `GET /v1/agent/service/:id`; nil unless a wrapper or watcher
  /// registered it for a container.
  init?(_ bytes: [UInt8], engine: EngineIdentity) {
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
