internal import Clients
internal import Consul
internal import Engine
internal import HTTP
internal import JSON
internal import Linux
internal import Options
internal import WatcherCore

/// The way to Consul's agent: one request at a time.
struct AgentConversation: ~Copyable {
  private var call: Call
  private var token: Token
  private let host: String
  private let boot: String
  private var asked: AgentRequest?
  private var elements = ElementSplitter()

  init(to place: ConsulAddress, from ports: SourcePorts, token: Token, boot: String) {
    call = Call(to: place, from: ports, kind: Observer.Tag.agent)
    host = place.hostField
    self.token = token
    self.boot = boot
  }

  func owns(_ tag: UInt64) -> Bool { call.owns(tag) }

  mutating func drop() {
    call.drop()
    asked = nil
  }

  /// - Parameters:
  ///   - definition: of what is to be registered.
  ///   - engine: ours.
  mutating func send(
    _ request: AgentRequest, _ definition: Definition?, engine: EngineHandshake, _ poller: borrowing Poller
  ) -> [WatchEvent] {
    guard let words = words(request, definition) else {
      return [.answered(.refused("its container is gone"))]
    }
    asked = request
    elements = ElementSplitter()
    let bytes = words.bytes(host: host, token: token.current)
    let isList = request == .look || request == .listCritical
    let news = call.start(bytes, isList ? .parts(limit: longestList) : .whole, poller)
    return news.map { heard($0, engine) } ?? []
  }

  private func words(_ request: AgentRequest, _ definition: Definition?) -> Consul.Request? {
    switch request {
    case .look: .services(ofBoot: boot)
    case .listCritical: .criticalAliveChecks
    case .verify(let entry): .service(id: entry.id)
    case .register: definition.map { .register($0) }
    case .deregister(let entry): .deregister(id: entry.id)
    }
  }

  mutating func proceed(
    _ tag: UInt64, engine: EngineHandshake, _ poller: borrowing Poller
  ) -> [WatchEvent] {
    call.proceed(tag, poller).flatMap { heard($0, engine) }
  }

  private mutating func heard(_ news: Call.News, _ engine: EngineHandshake) -> [WatchEvent] {
    guard let asked else { return [] }
    switch news {
    case .lost(let reason), .unreachable(let reason): return [.requestLost(reason)]
    case .part(let bytes, 200): return elements(asked, bytes, engine)
    // What is in it is lost, its status says enough.
    case .part: return []
    case .answered(let response):
      drop()
      return found(asked, response, engine) + [.answered(AgentAnswer(response))]
    }
  }

  private mutating func found(
    _ asked: AgentRequest, _ response: Response, _ engine: EngineHandshake
  ) -> [WatchEvent] {
    guard response.status == 200 else { return [] }
    switch asked {
    case .look, .listCritical: return elements(asked, response.body, engine)
    case .verify: return Entry(response.body, engine: engine).map { [.entry($0)] } ?? []
    case .register, .deregister: return []
    }
  }

  private mutating func elements(
    _ asked: AgentRequest, _ bytes: [UInt8], _ engine: EngineHandshake
  ) -> [WatchEvent] {
    let complete = elements.receive(bytes)
    if asked == .listCritical { return complete.compactMap { serviceOfAliveCheck($0) }.map { .critical($0) } }
    return complete.compactMap { Entry($0, engine: engine) }.map { .entry($0) }
  }
}

/// The service of a value of `GET /v1/agent/checks`, if that is the check by which a wrapper says that it lives.
private func serviceOfAliveCheck(_ bytes: [UInt8]) -> String? {
  guard let json = try? JSON(parsing: bytes), let check = json["CheckID"]?.string,
    let service = json["ServiceID"]?.string, json["Status"] == .string("critical")
  else { return nil }
  return check.utf8.elementsEqual(CheckKind.alive.id(of: service).utf8) ? service : nil
}

extension AgentAnswer {
  init(_ response: Response) {
    switch response.answer {
    case .done: self = .done
    case .unknown: self = .unknown
    case .denied, .rejected: self = .refused(response.told)
    case .busy, .failing: self = .failing(response.told)
    }
  }
}

extension Entry {
  /// From a value of `GET /v1/agent/services`, or from `GET /v1/agent/service/:id`; nil where it isn't a wrapper's or a watcher's, or of no container.
  init?(_ bytes: [UInt8], engine: EngineHandshake) {
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

extension Entry.EngineMark {
  fileprivate init(_ meta: JSON, _ engine: EngineHandshake) {
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
