@testable import WrapperCore

/// A step in the graph.
enum Step: Hashable, Sendable {
  case event(Event)
  /// Time has passed without an event.
  case passed(Duration)
  /// The machine has slept: only the boottime has advanced.
  case slept(Duration)

  var duration: Duration {
    switch self {
    case .event, .slept: .zero
    case .passed(let duration): duration
    }
  }

  var event: Event {
    switch self {
    case .event(let event): event
    case .passed, .slept: .elapsed
    }
  }

  /// The index of the service; nil for events of the process.
  var service: Int? {
    if case .event(.service(_, of: let index)) = self { index } else { nil }
  }
}

/// The events of a walk: all, or one of each kind if several services multiply the states.
struct Steps {
  /// Steps that are possible in every state.
  let always: [Step]

  init(process: [ProcessEvent], service: [ServiceEvent], services: Int) {
    let about = (0..<max(services, 1)).flatMap { index in
      service.map { Step.event(.service($0, of: index)) }
    }
    always = process.map { .event(.process($0)) } + about + [.passed(Steps.late), .slept(Steps.late)]
  }

  static func all(services: Int) -> Steps {
    Steps(process: signals + ends + suspensions, service: answers + news, services: services)
  }

  static func few(services: Int) -> Steps {
    Steps(
      process: [.signal(Signal(Signal.terminate)), .ended(.exited(7))],
      service: [
        .probed(.accepting), .sent, .answered(.done), .answered(.failed(.denied(""))), .lost(.timedOut),
      ],
      services: services)
  }

  /// One signal of each class and origin.
  private static let signals: [ProcessEvent] = [
    Signal(Signal.terminate), Signal(Signal.interrupt, origin: .terminal),
    Signal(Signal.interrupt, origin: .terminalToUsAlone), Signal(Signal.hangup),
    Signal(Signal.hangup, origin: .terminal), Signal(Signal.hangup, origin: .terminalToUsAlone),
    Signal(Signal.windowChange, origin: .terminal), Signal(Signal.terminalStop, origin: .terminal),
    Signal(Signal.continue), Signal(user1), Signal(realTime),
  ].map { .signal($0) }

  private static let ends: [ProcessEvent] = [
    .ended(.exited(7)), .ended(.killed(signal: 9)), .ended(.exited(7), childrenLeft: true),
    .childEnded(childrenLeft: true), .childEnded(childrenLeft: false),
  ]

  private static let suspensions: [ProcessEvent] = [
    .suspended(by: 20), .suspended(by: 21), .suspended(by: 22), .suspended(by: 19), .continued,
  ]

  private static let answers: [ServiceEvent] = [
    .answered(.done), .answered(.foreign("another")), .answered(.different), .answered(.unknown),
    .answered(.failed(.denied(""))), .answered(.failed(.rejected(""))), .answered(.failed(.busy(""))),
    .answered(.failed(.failing(""))),
  ]

  private static let news: [ServiceEvent] = [
    .probed(.accepting), .probed(.failing(refused)), .probed(.unhealthy(503)), .sent, .outdated,
    .lost(.unreachable(refused)), .lost(.timedOut), .lost(.closed),
  ]

  /// The first signal that the C library leaves to programs.
  private static let realTime: Int32 = 34

  /// Later than any deadline.
  private static let late = Duration.seconds(3_600)
}

extension WrapperMachine {
  /// The deadlines, from zero on.
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
