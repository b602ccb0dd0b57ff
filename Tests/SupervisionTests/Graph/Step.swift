@testable import Supervision

/// What can happen next in the graph.
enum Step: Hashable, Sendable {
  /// At once.
  case event(Event)
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
    case .event(let event): event
    case .passed, .slept: .elapsed
    }
  }
}

extension Step {
  /// Everything that doesn't depend on the state.
  static let always: [Step] = signals + news + [.passed(late), .slept(late)]

  /// One of each class.
  private static let signals: [Step] = [
    Signal(Signal.terminate), Signal(Signal.interrupt, origin: .terminal), Signal(Signal.hangUp),
    Signal(Signal.hangUp, origin: .terminal), Signal(Signal.windowChange, origin: .terminal), Signal(user1),
  ].map { .event(.signal($0)) }

  private static let news: [Step] = [
    .ended(.exited(7)), .ended(.killed(signal: 9)), .ended(.exited(7), othersLeft: true),
    .otherEnded(othersLeft: true), .otherEnded(othersLeft: false), .stopped(by: 20), .stopped(by: 21),
    .stopped(by: 19), .continued, .probed(.accepting), .probed(.failing(refused)),
    .sent, .answered(.done), .answered(.foreign("another")), .answered(.different), .outdated,
    .answered(.unknown), .answered(.denied("")),
    .answered(.rejected("")),
    .answered(.failing("")), .lost(.unreachable(refused)), .lost(.timedOut),
  ].map { .event($0) }

  /// Later than any deadline.
  private static let late = Duration.seconds(3_600)
}

extension Machine {
  /// The times at which something is due, from zero on.
  var deadlines: Set<Duration> {
    var all = [phase.deadline]
    for service in services {
      let (readiness, registry) = (service.readiness, service.registry)
      all += [
        readiness.probeDeadline, readiness.nextProbe, registry.exchange?.deadline, registry.nextAttempt,
      ]
      if phase == .running && service.isAwaited {
        all.append(plan.readyTimeout.map { readiness.startedAt + $0 })
      }
    }
    return Set(all.compactMap { $0.map { max($0, .zero) } })
  }

  /// What can happen in this state at zero: besides events, each deadline may be the next one that is met,
  /// the earlier ones late.
  var steps: [Step] {
    let early = timeLeft(at: .zero).flatMap { $0 > .zero ? Step.passed($0 - .nanoseconds(1)) : nil }
    let ages: [Step] =
      services.contains { $0.isAwaited } ? [.passed(.seconds(1)), .passed(.seconds(10))] : []
    return Step.always + deadlines.map { .passed($0) } + ages + (early.map { [$0] } ?? [])
  }
}

extension Moment {
  static let zero = Moment(monotonic: .zero, boottime: .zero)

  static func + (moment: Moment, step: Step) -> Moment {
    switch step {
    case .event: moment
    case .passed(let duration):
      Moment(monotonic: moment.monotonic + duration, boottime: moment.boottime + duration)
    case .slept(let duration):
      Moment(monotonic: moment.monotonic, boottime: moment.boottime + duration)
    }
  }
}
