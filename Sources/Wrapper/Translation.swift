// What each room calls the same thing.

internal import Consul
internal import HTTP
internal import Linux
internal import Options
internal import Supervision

extension Plan {
  init(_ options: Options) {
    let jitter = Int.random(in: 0...1_000)
    self.init(
      services: options.services.map {
        ServicePlan(probe: ProbePlan($0.ready), ttl: $0.ttl, jitter: jitter)
      }, readyTimeout: options.readyTimeout, stopSignals: options.stop.signals,
      hangUpStops: options.stop.hangUp, drain: options.stop.drain, stopTimeout: options.stop.timeout,
      rewrites: Dictionary(
        uniqueKeysWithValues: options.process.rewrites.map { ($0.received, $0.sent ?? Plan.dropped) }),
      waitForAll: options.process.waitForAll, expectedExits: options.process.expectedExits)
  }
}

extension ProbePlan {
  /// Nil for what counts as ready from the start. A page or a command may take its time; a command costs a process.
  init?(_ probe: Probe) {
    switch probe {
    case .none: return nil
    case .tcp, .tcpAt, .unix: self.init()
    case .http: self.init(timeout: .seconds(5))
    case .exec: self.init(timeout: .seconds(5), pause: .seconds(1))
    }
  }
}

extension Definition {
  init(
    _ service: Service, address: String?, isReady: Bool, identity: Identity
  ) {
    self.init(
      name: service.name, id: service.id, port: service.advertisedPort, address: address, tags: service.tags,
      meta: service.meta.map { Definition.Meta(key: $0.key, value: $0.value) },
      checks: service.ttl.map {
        TTLChecks(ttl: $0, deregisterAfter: service.deregisterAfter, ready: isReady ? .passing : .critical)
      })
    agentChecks = service.checks.map {
      AgentCheck(AgentCheck.Target($0.target), fields: $0.fields)
    }
    (moreChecks, fields, tenancy) = (service.filedChecks, service.fields, service.tenancy)
    if service.isIdentified { identify(as: identity) }
  }
}

extension AgentCheck.Target {
  init(_ target: ConsulCheck.Target) {
    switch target {
    case .http(let path): self = .http(path: path)
    case .https(let path): self = .https(path: path)
    case .tcp: self = .tcp
    case .grpc: self = .grpc
    case .script(let text): self = .script(text)
    }
  }
}

extension Service {
  var tenancy: Tenancy { Tenancy(namespace: namespace, partition: partition) }
}

extension Address {
  /// What is registered; nil for the agent's own address.
  ///
  /// Fails where the interface that was asked for has no address.
  func registered(connection local: SocketAddress?) throws(SystemCallError) -> String? {
    switch self {
    case .literal(let text): return text
    case .interface(let name, .any): return try Interfaces.address(of: name).host
    case .interface(let name, .inet): return try Interfaces.address(of: name, family: .inet).host
    case .interface(let name, .inet6): return try Interfaces.address(of: name, family: .inet6).host
    case .auto:
      // What leads to this host only would mean the caller's own host to whoever asks.
      guard let local, !local.isLocal else { return nil }
      return local.host
    }
  }
}

extension Identity {
  /// Ours.
  static var own: Identity {
    func text(_ path: String) -> [UInt8] {
      (try? File.read(path: [UInt8](path.utf8), limit: 1 << 20)) ?? []
    }
    let boot = text("/proc/sys/kernel/random/boot_id").prefix { $0 > 0x20 }
    return Identity(
      containerID: Consul.containerID(mountinfo: text("/proc/self/mountinfo")),
      bootID: boot.isEmpty ? nil : String(decoding: boot, as: UTF8.self))
  }
}

extension Supervision.Answer {
  init(_ response: Response) {
    switch response.answer {
    case .done: self = .done
    case .unknown: self = .unknown
    case .denied: self = .denied("\(response.status): \(response.reason)")
    case .rejected: self = .rejected("\(response.status): \(response.reason)")
    case .failing: self = .failing("\(response.status): \(response.reason)")
    }
  }
}

extension Signal {
  init(_ received: ReceivedSignal, sharesGroup: Bool) {
    let terminal = sharesGroup ? Origin.terminal : .terminalToUsAlone
    self.init(received.number, origin: received.isFromKernel ? terminal : .sent)
  }
}

extension ExitStatus {
  init(_ child: Reaped) { self = child.hasExited ? .exited(child.status) : .killed(signal: child.status) }
}

extension Moment {
  static var now: Moment { Moment(monotonic: Clock.monotonic, boottime: Clock.boottime) }
}
