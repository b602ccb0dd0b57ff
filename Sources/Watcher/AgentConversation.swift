internal import Clients
internal import Consul
internal import HTTP
internal import JSON
internal import Linux
internal import Options
internal import Watching

/// The way to Consul's agent: one request at a time.
struct AgentConversation: ~Copyable {
  private var call: Call
  private var token: Token
  private let host: String
  private let boot: String
  private var asked: AgentRequest?
  private var elements = ElementSplitter()

  init(to place: ConsulAddress, token: Token, boot: String) {
    call = Call(to: place, kind: Observer.Tag.agent)
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
  ///   - kind: of our engine.
  mutating func send(
    _ request: AgentRequest, _ definition: Definition?, kind: String, _ poller: borrowing Poller
  ) -> [WatchEvent] {
    guard let words = words(request, definition) else {
      return [.answered(.refused("its container is gone"))]
    }
    asked = request
    elements = ElementSplitter()
    let bytes = words.bytes(host: host, token: token.current)
    let news = call.start(bytes, request == .look ? .parts(limit: longestList) : .whole, poller)
    return news.map { heard($0, kind) } ?? []
  }

  private func words(_ request: AgentRequest, _ definition: Definition?) -> Consul.Request? {
    switch request {
    case .look: .services(ofBoot: boot)
    case .verify(let entry): .service(id: entry.id)
    case .register: definition.map { .register($0) }
    case .deregister(let entry): .deregister(id: entry.id)
    }
  }

  mutating func proceed(_ tag: UInt64, kind: String, _ poller: borrowing Poller) -> [WatchEvent] {
    call.proceed(tag, poller).flatMap { heard($0, kind) }
  }

  private mutating func heard(_ news: Call.News, _ kind: String) -> [WatchEvent] {
    guard let asked else { return [] }
    switch news {
    case .lost(let reason), .unreachable(let reason): return [.requestLost(reason)]
    case .part(let bytes, 200): return entries(bytes, kind)
    // What is in it is lost, its status says enough.
    case .part: return []
    case .answered(let response):
      drop()
      return entries(asked, response, kind) + [.answered(AgentAnswer(response))]
    }
  }

  private mutating func entries(_ asked: AgentRequest, _ response: Response, _ kind: String) -> [WatchEvent] {
    guard response.status == 200 else { return [] }
    switch asked {
    case .look: return entries(response.body, kind)
    case .verify: return Entry(response.body, kind: kind).map { [.entry($0)] } ?? []
    case .register, .deregister: return []
    }
  }

  private mutating func entries(_ bytes: [UInt8], _ kind: String) -> [WatchEvent] {
    elements.receive(bytes).compactMap { Entry($0, kind: kind) }.map { .entry($0) }
  }
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
  init?(_ bytes: [UInt8], kind: String) {
    guard let json = try? JSON(parsing: bytes), let meta = json["Meta"], let id = json["ID"]?.string,
      let container = meta["container-id"]?.string, isContainerID(container.utf8)
    else { return nil }
    let manager = Identity.Manager.allCases.first { meta["managed-by"] == .string($0.rawValue) }
    guard let manager else { return nil }
    let isOurs = meta["container-engine"]?.string.map { $0.utf8.elementsEqual(kind.utf8) } ?? false
    self.init(
      id: id, container: container, registration: manager == .watcher ? Registration(json, id: id) : nil,
      isOfOurEngine: isOurs)
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
