@testable import WrapperCore

/// What can happen next in the graph.
enum Step: Hashable, Sendable {
  /// At once; about this service, where it is about one.
  case event(Event, of: Int = 0)
  /// Time has passed, and nothing else has happened.
  case passed(Duration)
  /// The machine has slept: only the boottime went on.
  case slept(Duration)

  var duration: Duration {
    switch self {
    case .event, .slept: .zero
    case .passed(let duration): duration
    }
  }

  var event: Event {
    switch self {
    case .event(let event, _): event
    case .passed, .slept: .elapsed
    }
  }

  /// Which service it is about; nil where it is about all.
  var service: Int? {
    guard case .event(let event, let service) = self else { return nil }
    return switch event {
    case .probed, .sent, .outdated, .answered, .lost: service
    case .signal, .ended, .childEnded, .suspended, .continued, .elapsed: nil
    }
  }
}

/// The events of a walk: all of them, or one of each kind, where several services multiply the states.
struct Steps {
  /// What doesn't depend on the state.
  let always: [Step]

  init(common: [Event], conversation: [Event], services: Int) {
    let about = (0..<max(services, 1)).flatMap { index in conversation.map { Step.event($0, of: index) } }
    always = common.map { .event($0) } + about + [.passed(Steps.late), .slept(Steps.late)]
  }

  static func all(services: Int) -> Steps {
    Steps(common: signals + ends + stops, conversation: answers + news, services: services)
  }

  static func few(services: Int) -> Steps {
    Steps(
      common: [.signal(Signal(Signal.terminate)), .ended(.exited(7))],
      conversation: [.probed(.accepting), .sent, .answered(.done), .answered(.denied("")), .lost(.timedOut)],
      services: services)
  }

  /// One of each class, as received: stop, reload, the terminal's own, ours alone, what the process has already, the rest.
  private static let signals: [Event] = [
    Signal(Signal.terminate), Signal(Signal.interrupt, origin: .terminal),
    Signal(Signal.interrupt, origin: .terminalToUsAlone), Signal(Signal.hangUp),
    Signal(Signal.hangUp, origin: .terminal), Signal(Signal.hangUp, origin: .terminalToUsAlone),
    Signal(Signal.windowChange, origin: .terminal), Signal(Signal.terminalStop, origin: .terminal),
    Signal(Signal.continue), Signal(user1), Signal(realTime),
  ].map { .signal($0) }

  private static let ends: [Event] = [
    .ended(.exited(7)), .ended(.killed(signal: 9)), .ended(.exited(7), childrenLeft: true),
    .childEnded(childrenLeft: true), .childEnded(childrenLeft: false),
  ]

  private static let stops: [Event] = [
    .suspended(by: 20), .suspended(by: 21), .suspended(by: 22), .suspended(by: 19), .continued,
  ]

  private static let answers: [Event] = [
    .answered(.done), .answered(.foreign("another")), .answered(.different), .answered(.unknown),
    .answered(.denied("")), .answered(.rejected("")), .answered(.busy("")), .answered(.failing("")),
  ]

  private static let news: [Event] = [
    .probed(.accepting), .probed(.failing(refused)), .probed(.unhealthy(503)), .sent, .outdated,
    .lost(.unreachable(refused)), .lost(.timedOut), .lost(.closed),
  ]

  /// The first that the C library leaves to programs.
  private static let realTime: Int32 = 34

  /// Later than any deadline.
  private static let late = Duration.seconds(3_600)
}

extension WrapperMachine {
  /// The times at which something is due, from zero on.
  private var deadlines: Set<Duration> {
    var all = [phaseDeadline]
    for service in services {
      let (readiness, registry) = (service.readiness, service.registry)
      all += [
        readiness.probeDeadline, readiness.nextProbe, registry.exchange?.deadline, registry.nextAttempt,
      ]
      if phase == .running && service.isAwaited {
        all.append(policy.readyTimeout.map { readiness.startedAt + $0 })
      }
    }
    return Set(all.compactMap { $0.map { max($0, .zero) } })
  }

  /// The times that can pass in this state at zero: each deadline may be the next one that is met, the earlier ones late;
  /// the first may be met early; and the thresholds that aren't deadlines are met.
  var passages: [Step] {
    let early = timeLeft(at: .zero).flatMap { $0 > .zero ? Step.passed($0 - .nanoseconds(1)) : nil }
    let ages: [Step] =
      services.contains { $0.isAwaited } ? [.passed(.seconds(1)), .passed(.seconds(10))] : []
    let budget: [Step] = phase.isAlive && stopBegan != nil ? [.passed(.seconds(2.5))] : []
    return deadlines.map { .passed($0) } + ages + budget + (early.map { [$0] } ?? [])
  }
}

extension Timestamps {
  static let zero = Timestamps(monotonic: .zero, boottime: .zero)

  static func + (moment: Timestamps, step: Step) -> Timestamps {
    switch step {
    case .event: moment
    case .passed(let duration):
      Timestamps(monotonic: moment.monotonic + duration, boottime: moment.boottime + duration)
    case .slept(let duration):
      Timestamps(monotonic: moment.monotonic, boottime: moment.boottime + duration)
    }
  }
}
