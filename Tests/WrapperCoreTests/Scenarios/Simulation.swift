import WrapperCore

/// Swift Testing has a type of this name as well.
typealias ExitStatus = WrapperCore.ExitStatus

/// A machine and its clock, which only the test advances.
struct Simulation {
  private(set) var machine: WrapperMachine
  private(set) var now = Timestamps(monotonic: .seconds(1_000), boottime: .seconds(5_000))

  init(_ policy: Policy = Policy()) { machine = WrapperMachine(policy, at: now) }

  @discardableResult
  mutating func start() -> [Effect] { machine.start(at: now) }

  /// Time passes, then the event happens.
  @discardableResult
  mutating func on(_ event: Event, after pause: Duration = .zero) -> [Effect] {
    pass(pause)
    return machine.handle(event, at: now)
  }

  /// Where there are several services.
  @discardableResult
  mutating func on(_ event: ServiceEvent, of index: Int) -> [Effect] { on(.service(event, of: index)) }

  /// Sent by a process, with kill(2).
  @discardableResult
  mutating func on(signal number: Int32, after pause: Duration = .zero) -> [Effect] {
    on(.signal(Signal(number)), after: pause)
  }

  /// Several events at once; their effects are ignored.
  mutating func play(_ events: Event...) {
    for event in events { on(event) }
  }

  /// Nothing happens until the machine's own deadline.
  @discardableResult
  mutating func wait() -> [Effect] {
    pass(timeLeft ?? .zero)
    return machine.handle(.elapsed, at: now)
  }

  /// The machine sleeps: the monotonic clock stands still.
  mutating func sleep(_ duration: Duration) { now.boottime += duration }

  mutating func pass(_ duration: Duration) {
    now.monotonic += duration
    now.boottime += duration
  }

  var timeLeft: Duration? { machine.timeLeft(at: now) }
}

extension Simulation {
  /// Ready, with nothing in Consul before it: the registration is sent and unanswered.
  static func registering(_ policy: Policy = Policy()) -> Simulation {
    var simulation = Simulation(policy)
    simulation.start()
    if policy.services[0].probe != nil { simulation.play(.answered(.unknown), .probed(.accepting)) }
    simulation.on(.sent)
    return simulation
  }

  /// Ready, registered and confirmed.
  static func registered(_ policy: Policy = Policy()) -> Simulation {
    var simulation = registering(policy)
    for _ in 0..<(policy.services[0].ttl == nil ? 1 : 3) { simulation.on(.answered(.done)) }
    return simulation
  }

  /// Registered, then a stop signal was received; the deregistration is unanswered.
  static func deregistering(_ policy: Policy = Policy()) -> Simulation {
    var simulation = registered(policy)
    simulation.on(signal: Signal.terminate)
    return simulation
  }

  /// Registered and deregistered; the stop signal was forwarded.
  static func stopping(_ policy: Policy = Policy()) -> Simulation {
    var simulation = deregistering(policy)
    simulation.on(.answered(.done))
    return simulation
  }
}

extension Policy {
  /// Of one service, or none.
  init(
    registers: Bool = true, probes: Bool = true, readyTimeout: Duration? = nil, ttl: Duration? = .seconds(15),
    stopSignals: [Int32] = [Signal.interrupt, Signal.terminate], terminalHangupStops: Bool = true,
    drain: Duration = .zero, stopTimeout: Duration? = nil, rewrites: [Int32: Int32] = [:],
    waitForAll: Duration? = nil, expectedExits: [Int32] = [], jitter: Int = 0
  ) {
    let service = ServicePolicy(probe: probes ? .connect : nil, ttl: ttl, jitter: jitter)
    self.init(services: registers ? [service] : [], readyTimeout: readyTimeout, drain: drain)
    self.stopSignals = stopSignals
    self.terminalHangupStops = terminalHangupStops
    self.stopTimeout = stopTimeout
    self.rewrites = rewrites
    self.waitForAll = waitForAll
    self.expectedExits = expectedExits
  }

  /// Of these services.
  init(services: [ServicePolicy], readyTimeout: Duration? = nil, drain: Duration = .zero) {
    self.init(services: services)
    self.readyTimeout = readyTimeout
    self.drain = drain
  }
}

// Most tests have one service, so here its events and effects don't name it.

extension Event {
  static func signal(_ signal: Signal) -> Event { .process(.signal(signal)) }
  static func ended(_ status: ExitStatus, childrenLeft: Bool = false) -> Event {
    .process(.ended(status, childrenLeft: childrenLeft))
  }
  static func childEnded(childrenLeft: Bool) -> Event { .process(.childEnded(childrenLeft: childrenLeft)) }
  static func suspended(by signal: Int32) -> Event { .process(.suspended(by: signal)) }
  static let continued = Event.process(.continued)
  static let elapsed = Event.process(.elapsed)

  static func probed(_ health: Health) -> Event { .service(.probed(health), of: 0) }
  static let sent = Event.service(.sent, of: 0)
  static let outdated = Event.service(.outdated, of: 0)
  static func answered(_ answer: ServiceAnswer) -> Event { .service(.answered(answer), of: 0) }
  static func lost(_ failure: Failure) -> Event { .service(.lost(failure), of: 0) }
}

extension Effect {
  static func signal(_ number: Int32) -> Effect { .process(.signal(number)) }
  static func suspendSelf(_ number: Int32) -> Effect { .process(.suspendSelf(number)) }
  static let terminateRemaining = Effect.process(.terminateRemaining)
  static let killRemaining = Effect.process(.killRemaining)
  static func exit(_ status: Int32) -> Effect { .process(.exit(status)) }
  static func log(_ notice: ProcessNotice) -> Effect { .process(.log(notice)) }

  static let probe = Effect.service(.probe, of: 0)
  static let cancelProbe = Effect.service(.cancelProbe, of: 0)
  static func send(_ requests: [ServiceRequest]) -> Effect { .service(.send(requests), of: 0) }
  static let disconnect = Effect.service(.disconnect, of: 0)
  static func log(_ notice: ServiceNotice) -> Effect { .service(.log(notice), of: 0) }
}

extension Effect {
  /// A stop signal as it is forwarded.
  static func stop(_ number: Int32) -> [Effect] { [.signal(number), .signal(Signal.continue)] }

  static func registration(_ health: Health = .accepting) -> Effect { .send([.register(health)]) }

  /// The check updates behind a registration, or of a heartbeat.
  static func checks(_ health: Health = .accepting) -> Effect { .send([.alive, .ready(health)]) }
}

let refused: Int32 = 111
let sighupFromTerminal = Event.signal(Signal(Signal.hangup, origin: .terminal))
let sigintFromTerminal = Event.signal(Signal(Signal.interrupt, origin: .terminal))
let sigwinchFromTerminal = Event.signal(Signal(Signal.windowChange, origin: .terminal))
let user1: Int32 = 10
