import WrapperCore

/// Swift Testing has one as well.
typealias ExitStatus = WrapperCore.ExitStatus

/// A machine and its clock, which goes on only as a test says.
struct Simulation {
  private(set) var machine: WrapperMachine
  private(set) var now = Timestamps(monotonic: .seconds(1_000), boottime: .seconds(5_000))

  init(_ policy: Policy = Policy()) { machine = WrapperMachine(policy, at: now) }

  @discardableResult
  mutating func start() -> [Effect] { machine.start(at: now).map(\.effect) }

  /// Time passes, then the event happens.
  @discardableResult
  mutating func on(_ event: Event, after pause: Duration = .zero) -> [Effect] {
    pass(pause)
    return machine.handle(event, at: now).map(\.effect)
  }

  /// The start, where there are several services.
  mutating func startAll() -> [Action] { machine.start(at: now) }

  /// Where there are several services.
  @discardableResult
  mutating func on(_ event: Event, of service: Int) -> [Action] {
    machine.handle(event, of: service, at: now)
  }

  /// Sent with kill(2) and its kin.
  @discardableResult
  mutating func on(signal number: Int32, after pause: Duration = .zero) -> [Effect] {
    on(.signal(Signal(number)), after: pause)
  }

  /// Several events at once, whose effects are of no interest.
  mutating func play(_ events: Event...) {
    for event in events { on(event) }
  }

  /// Nothing happens until the machine's own deadline.
  @discardableResult
  mutating func wait() -> [Effect] {
    pass(timeLeft ?? .zero)
    return machine.handle(.elapsed, at: now).map(\.effect)
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

  /// Registered, and told to stop; the deregistration is unanswered.
  static func deregistering(_ policy: Policy = Policy()) -> Simulation {
    var simulation = registered(policy)
    simulation.on(signal: Signal.terminate)
    return simulation
  }

  /// Registered, deregistered and told to stop.
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
    stopSignals: [Int32] = [Signal.interrupt, Signal.terminate], hangUpStops: Bool = true,
    drain: Duration = .zero, stopTimeout: Duration? = nil, rewrites: [Int32: Int32] = [:],
    waitForAll: Duration? = nil, expectedExits: [Int32] = [], jitter: Int = 0
  ) {
    let service = ServicePolicy(probe: probes ? ProbePolicy() : nil, ttl: ttl, jitter: jitter)
    self.init(
      services: registers ? [service] : [], readyTimeout: readyTimeout, stopSignals: stopSignals,
      hangUpStops: hangUpStops, drain: drain, stopTimeout: stopTimeout, rewrites: rewrites,
      waitForAll: waitForAll, expectedExits: expectedExits)
  }
}

extension Effect {
  /// A stop signal as it is forwarded.
  static func stop(_ number: Int32) -> [Effect] { [.signal(number), .signal(Signal.continue)] }

  static func registration(_ health: Health = .accepting) -> Effect { .send([.register(health)]) }

  /// Behind a registration, on its connection, or by themselves as a heartbeat.
  static func checks(_ health: Health = .accepting) -> Effect { .send([.alive, .ready(health)]) }
}

let refused: Int32 = 111
let hangUpByTerminal = Event.signal(Signal(Signal.hangUp, origin: .terminal))
let interruptByTerminal = Event.signal(Signal(Signal.interrupt, origin: .terminal))
let windowChangeByTerminal = Event.signal(Signal(Signal.windowChange, origin: .terminal))
let user1: Int32 = 10
