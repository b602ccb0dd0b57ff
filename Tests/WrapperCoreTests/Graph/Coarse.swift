@testable import WrapperCore

// The machine's states are finite only where its times are: each is taken relative to now, deadlines are put off to the
// next of a few, and ages reduced to the last threshold passed. What is lost is the order of two deadlines; the graph has
// a step to each of them, so that every order is walked.

extension Machine {
  /// This state as it would be with its clocks at zero, and without what changes nothing but numbers in the log.
  func coarse(at now: Moment) -> Machine {
    var machine = self
    machine.phase = phase.coarse(at: now, plan: plan)
    machine.services = services.map { $0.coarse(at: now, hasExited: phase == .exited) }
    machine.stopBegan = stopBegan.map {
      .zero - (budgetMatters ? floor(now.monotonic - $0, to: [2.5, 3]) : .zero)
    }
    return machine
  }

  private var budgetMatters: Bool {
    switch phase {
    case .ended: services.contains { $0.registry.mayBeListed }
    case .exited: false
    case .running, .deregistering, .draining, .stopping, .killed: true
    }
  }
}

extension Machine.Phase {
  func coarse(at now: Moment, plan: Plan) -> Machine.Phase {
    func later(_ time: Duration, _ whole: Duration) -> Duration { due(time - now.monotonic, of: whole) }
    return switch self {
    case .running, .killed, .exited, .stopping(nil): self
    case .deregistering(let held, let drains, let until):
      .deregistering(held: held, drains: drains, until: later(until, Interval.deregistration))
    case .draining(let held, let until): .draining(held: held, until: later(until, plan.drain))
    case .stopping(let killAt?): .stopping(killAt: later(killAt, plan.stopTimeout ?? Interval.readyKill))
    case .ended(let status, let until, let others):
      .ended(status, until: later(until, Interval.lastChance), others.coarse(at: now, plan: plan))
    }
  }
}

extension Machine.Others {
  func coarse(at now: Moment, plan: Plan) -> Machine.Others {
    func later(_ time: Duration, _ whole: Duration) -> Duration { due(time - now.monotonic, of: whole) }
    return switch self {
    case .gone: .gone
    case .given(let until, let isStopping):
      .given(until: later(until, plan.waitForAll ?? .zero), isStopping: isStopping)
    case .killed(let until): .killed(until: later(until, Interval.othersKilled))
    }
  }
}

extension Service {
  func coarse(at now: Moment, hasExited: Bool) -> Service {
    var service = self
    service.readiness = readiness.coarse(at: now, plan: plan, isAwaited: isAwaited)
    service.registry = hasExited ? Registry() : registry.coarse(at: now)
    if registry.wanted == .absent {
      service.readiness.receive(.accepting)
      service.readiness.isStopped = false
    }
    return service
  }
}

extension Readiness {
  /// In seconds: where the cadence of the probes changes, and where the warning comes.
  static let ages: [Double] = [1, 10, 30]

  func coarse(at now: Moment, plan: ServicePlan, isAwaited: Bool) -> Readiness {
    var readiness = self
    if !isStopped { readiness.receive(health.coarse) }
    readiness.startedAt = isAwaited ? .zero - floor(age(at: now), to: Readiness.ages) : .zero
    readiness.probeDeadline = probeDeadline.map { ceiling($0 - now.monotonic, to: [plan.probeTimeout]) }
    let pauses: [Duration] = [.milliseconds(2), .milliseconds(20), .milliseconds(100)]
    readiness.nextProbe = nextProbe.map { ceiling($0 - now.monotonic, to: pauses) }
    if !isAwaited { readiness.hasWarned = false }
    return readiness
  }
}

extension Health {
  /// One errno for all.
  var coarse: Health {
    switch self {
    case .accepting, .stopped: self
    case .failing, .unhealthy, .unsuccessful: .failing(refused)
    }
  }
}

extension Request {
  var coarse: Request {
    switch self {
    case .register(let health): .register(health.coarse)
    case .ready(let health): .ready(health.coarse)
    case .inspect, .retire, .alive, .deregister: self
    }
  }
}

extension Registry {
  func coarse(at now: Moment) -> Registry {
    var registry = self
    let isLeaving = wanted == .absent && mayBeListed
    registry.wantedSince = .zero - (isLeaving ? floor(now.monotonic - wantedSince, to: [2.5, 3]) : .zero)
    registry.failures = 0
    registry.trouble = trouble.map { $0.isTurnedAway ? .closed : .timedOut }
    let pauses: [Duration] = [.milliseconds(100), .seconds(5), .seconds(30), .seconds(60)]
    registry.nextAttempt = nextAttempt.map { ceiling($0 - now.boottime, to: pauses) }
    registry.forgetTheIrrelevant()
    registry.exchange = exchange?.coarse(at: now)
    let compares = registry.compares && trouble == nil
    registry.nextComparison =
      compares ? ceiling(nextComparison - now.boottime, to: [Interval.comparison]) : .zero
    return registry
  }
}

extension Registry {
  fileprivate var compares: Bool { (wanted, confirmed) == (.present, .present) }

  /// What only the log depends on, and what is of no more interest once we are gone or not there yet.
  fileprivate mutating func forgetTheIrrelevant() {
    (registration, isTold, toldOwner) = (.first, true, "")
    hasRegistered = wanted == .present && hasRegistered
    // So they are again where a registration is refused.
    let wereConfirmed = wanted == .present && exchange?.confirmedBefore == .present
    if !compares && !wereConfirmed { (confirmedHealth, isOutdated) = (nil, false) }
    if let health = confirmedHealth { confirmedHealth = health.coarse }
  }
}

extension Registry.Confirmed {
  /// Once a registration was sent, what was there before matters and not how that is known.
  var coarse: Registry.Confirmed {
    switch self {
    case .unasked, .absent, .foreign: .absent
    case .stale, .unchecked, .retired: .retired
    case .doubtful, .present: self
    }
  }
}

extension Exchange {
  func coarse(at now: Moment) -> Exchange {
    var exchange = self
    exchange.unanswered = unanswered.map(\.coarse)
    let answers: [Duration] = [.seconds(5), Interval.answer, Interval.registrationAnswer]
    let mayBeRefused = unanswered.contains { $0.registers }
    exchange.confirmedBefore = mayBeRefused ? confirmedBefore.coarse : .absent
    exchange.deadline = ceiling(deadline - now.monotonic, to: answers)
    exchange.refusal = refusal?.coarse
    return exchange
  }
}

extension Failure {
  /// As far as anything but the log depends on it.
  fileprivate var coarse: Failure {
    if isRefusal { return .denied("") }
    return isTurnedAway ? .busy("") : .failing("")
  }
}

/// What is left of a deadline: one that is about to be met is another than one that was just set, or none could be seen to
/// be put off.
func due(_ left: Duration, of whole: Duration) -> Duration { ceiling(left, to: [.nanoseconds(1), whole]) }

/// The first of the values that isn't exceeded; zero for what is due.
func ceiling(_ duration: Duration, to values: [Duration]) -> Duration {
  duration <= .zero ? .zero : values.first { duration <= $0 } ?? duration
}

/// The last of the thresholds, in seconds, that was reached, or zero.
func floor(_ age: Duration, to seconds: [Double]) -> Duration {
  seconds.map { Duration.seconds($0) }.last { $0 <= age } ?? .zero
}
