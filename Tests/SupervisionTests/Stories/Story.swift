import Supervision

/// Swift Testing has one as well.
typealias ExitStatus = Supervision.ExitStatus

/// A machine and its clock, which goes on only as a test says.
struct Story {
  private(set) var machine: Machine
  private(set) var now = Moment(monotonic: .seconds(1_000), boottime: .seconds(5_000))

  init(_ plan: Plan = Plan()) { machine = Machine(plan, at: now) }

  @discardableResult
  mutating func start() -> [Effect] { machine.start(at: now) }

  /// Time passes, then the event happens.
  @discardableResult
  mutating func on(_ event: Event, after pause: Duration = .zero) -> [Effect] {
    pass(pause)
    return machine.handle(event, at: now)
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

extension Story {
  /// Ready, with nothing in Consul before it: the registration is sent and unanswered.
  static func registering(_ plan: Plan = Plan()) -> Story {
    var story = Story(plan)
    story.start()
    if plan.probes { story.play(.answered(.unknown), .probed(.accepting)) }
    story.on(.sent)
    return story
  }

  /// Ready, registered and confirmed.
  static func registered(_ plan: Plan = Plan()) -> Story {
    var story = registering(plan)
    for _ in 0..<(plan.ttl == nil ? 1 : 3) { story.on(.answered(.done)) }
    return story
  }

  /// Registered, and told to stop; the deregistration is unanswered.
  static func deregistering(_ plan: Plan = Plan()) -> Story {
    var story = registered(plan)
    story.on(signal: Signal.terminate)
    return story
  }

  /// Registered, deregistered and told to stop.
  static func stopping(_ plan: Plan = Plan()) -> Story {
    var story = deregistering(plan)
    story.on(.answered(.done))
    return story
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
