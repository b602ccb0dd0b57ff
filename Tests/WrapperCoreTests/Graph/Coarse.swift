@testable import WrapperCore

// The machine's states are finite only where its times are: each is taken relative to now, deadlines are put off to the
// next of a few, and ages reduced to the last threshold passed. What is lost is the order of two deadlines; the graph has
// a step to each of them, so that every order is walked.

extension WrapperMachine {
  /// This state with the clocks at zero, and without fields that only the log depends on.
  func coarse(at now: Timestamps) -> WrapperMachine {
    var machine = self
    machine.phase = phase.coarse(at: now, policy: policy)
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

extension WrapperMachine.Phase {
  func coarse(at now: Timestamps, policy: Policy) -> WrapperMachine.Phase {
    func later(_ time: Duration, _ whole: Duration) -> Duration { due(time - now.monotonic, of: whole) }
    return switch self {
    case .running, .killed, .exited, .stopping(nil): self
    case .deregistering(let held, let drains, let until):
      .deregistering(held: held, drains: drains, until: later(until, Interval.deregistration))
    case .draining(let held, let until): .draining(held: held, until: later(until, policy.drain))
    case .stopping(let killAt?): .stopping(killAt: later(killAt, policy.stopTimeout ?? Interval.readyKill))
    case .ended(let status, let until, let remaining):
      .ended(status, until: later(until, Interval.lastChance), remaining.coarse(at: now, policy: policy))
    }
  }
}

extension WrapperMachine.Remaining {
  func coarse(at now: Timestamps, policy: Policy) -> WrapperMachine.Remaining {
    func later(_ time: Duration, _ whole: Duration) -> Duration { due(time - now.monotonic, of: whole) }
    return switch self {
    case .gone: .gone
    case .terminating(let until, let stopReceived):
      .terminating(until: later(until, policy.waitForAll ?? .zero), stopReceived: stopReceived)
    case .killed(let until): .killed(until: later(until, Interval.remainingKilled))
    }
  }
}

extension ServiceState {
  func coarse(at now: Timestamps, hasExited: Bool) -> ServiceState {
    var service = self
    service.readiness = readiness.coarse(at: now, isAwaited: isAwaited)
    service.registry = hasExited ? Registry(registry.policy) : registry.coarse(at: now)
    if registry.wanted == .absent {
      service.readiness.probed(.accepting)
      service.readiness.isSuspended = false
    }
    return service
  }
}

extension Readiness {
  /// In seconds: the ages at which the pause between probes changes, and the warning is logged.
  static let ages: [Double] = [1, 10, 30]

  func coarse(at now: Timestamps, isAwaited: Bool) -> Readiness {
    var readiness = self
    if !isSuspended { readiness.probed(health.coarse) }
    readiness.startedAt = isAwaited ? .zero - floor(age(at: now), to: Readiness.ages) : .zero
    readiness.probeDeadline = probeDeadline.map { ceiling($0 - now.monotonic, to: [policy.probeTimeout]) }
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
    case .accepting, .suspended: self
    case .failing, .unhealthy, .unsuccessful: .failing(refused)
    }
  }
}

extension ServiceRequest {
  var coarse: ServiceRequest {
    switch self {
    case .register(let health): .register(health.coarse)
    case .ready(let health): .ready(health.coarse)
    case .inspect, .markCritical, .alive, .deregister: self
    }
  }
}

extension Registry {
  func coarse(at now: Timestamps) -> Registry {
    var registry = self
    let isLeaving = wanted == .absent && mayBeListed
    registry.wantedSince = .zero - (isLeaving ? floor(now.monotonic - wantedSince, to: [2.5, 3]) : .zero)
    registry.failures = 0
    registry.trouble = trouble.map { $0.isOverloaded ? .closed : .timedOut }
    let pauses: [Duration] = [.milliseconds(100), .seconds(5), .seconds(30), .seconds(60)]
    registry.nextAttempt = nextAttempt.map { ceiling($0 - now.boottime, to: pauses) }
    registry.forgetIrrelevant()
    registry.exchange = exchange?.coarse(at: now)
    let compares = registry.compares && trouble == nil
    registry.nextComparison =
      compares ? ceiling(nextComparison - now.boottime, to: [Interval.comparison]) : .zero
    return registry
  }
}

extension Registry {
  fileprivate var compares: Bool { (wanted, confirmed) == (.present, .present) }

  /// Without fields that only the log depends on, or that only matter while we are registered.
  fileprivate mutating func forgetIrrelevant() {
    (registrationReason, isRegistrationLogged, loggedOwner) = (.first, true, "")
    hasRegistered = wanted == .present && hasRegistered
    // The state after a refused registration.
    let wereConfirmed = wanted == .present && exchange?.confirmedBefore == .present
    if !compares && !wereConfirmed { (confirmedHealth, isOutdated) = (nil, false) }
    if let health = confirmedHealth { confirmedHealth = health.coarse }
  }
}

extension Registry.Confirmed {
  /// After a registration was sent, it only matters what entry was there before.
  var coarse: Registry.Confirmed {
    switch self {
    case .notInspected, .absent, .foreign: .absent
    case .stale, .staleWithoutChecks, .markedCritical: .markedCritical
    case .unconfirmed, .present: self
    }
  }
}

extension Exchange {
  func coarse(at now: Timestamps) -> Exchange {
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
  /// Without what only the log depends on.
  fileprivate var coarse: Failure {
    if isRefusal { return .denied("") }
    return isOverloaded ? .busy("") : .failing("")
  }
}

/// A rounded deadline: one that is about to pass differs from one that was just set, so that a postponed one is
/// noticed.
func due(_ left: Duration, of whole: Duration) -> Duration { ceiling(left, to: [.nanoseconds(1), whole]) }

/// The first of the values that isn't exceeded; zero if it is due.
func ceiling(_ duration: Duration, to values: [Duration]) -> Duration {
  duration <= .zero ? .zero : values.first { duration <= $0 } ?? duration
}

/// The last of the thresholds, in seconds, that was reached; zero if none was.
func floor(_ age: Duration, to seconds: [Double]) -> Duration {
  seconds.map { Duration.seconds($0) }.last { $0 <= age } ?? .zero
}
