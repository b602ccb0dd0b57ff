// What happens when a deadline passes, and when the next one is.

extension WrapperMachine {
  mutating func elapse(_ transition: inout Transition) {
    let warns = phase == .running && policy.readyTimeout == nil
    forEachService(&transition) { $0.elapseReadiness(warns: warns, &$1) }
    elapseReadyTimeout(&transition)
    // A time-out of one service may let the machine exit.
    for index in services.indices where phase != .exited {
      transition.service = index
      if services[index].registry.answerIsOverdue(at: transition.now) {
        updateRegistry(&transition) { $0.lose(.timedOut, policy: $1, &$3) }
      }
      services[index].elapseAttempt(&transition)
    }
    elapsePhase(&transition)
  }

  private mutating func elapseReadyTimeout(_ transition: inout Transition) {
    guard let deadline = readyDeadline, deadline <= transition.now.monotonic else { return }
    exitOverride = WrapperMachine.readyTimedOutStatus
    forEachService(&transition) { service, transition in
      guard service.isAwaited else { return }
      transition.log(
        .readyTimedOut(service.readiness.health, after: service.readiness.age(at: transition.now)))
    }
    deregister(&transition)
    forward([Signal.terminate], killAfter: policy.stopTimeout ?? Interval.readyKill, &transition)
  }

  private mutating func elapsePhase(_ transition: inout Transition) {
    let now = transition.now.monotonic
    switch phase {
    case .deregistering(let held, let drains, let until) where until <= now:
      drain(held, .unconfirmed, drains: drains, &transition)
    case .draining(let held, let until) where until <= now:
      forward(held, killAfter: policy.stopTimeout, &transition)
    case .stopping(let killAt?) where killAt <= now:
      phase = .killed
      transition.log(.killing)
      transition.emit(.signal(Signal.kill))
    case .ended(let status, let until, .given(let remainingUntil, _)) where remainingUntil <= now:
      killRemaining(status, until: until, &transition)
    case .ended(let status, let until, .killed(let remainingUntil)) where remainingUntil <= now:
      phase = .ended(status, until: until, .gone)
      exitIfNothingMoreCanCome(&transition)
    case .ended(let status, let until, .gone) where consulDeadline(until) <= now:
      exitUnconfirmed(status, &transition)
    case .running, .deregistering, .draining, .stopping, .killed, .ended, .exited: break
    }
  }

  /// timeout(1)'s own status for it.
  private static let readyTimedOutStatus: Int32 = 124
}

extension WrapperMachine {
  /// The time until the next deadline; nil if there is none.
  public func timeLeft(at now: Timestamps) -> Duration? {
    if phase == .exited { return nil }
    var left = earlier(phaseDeadline, readyDeadline).map { $0 - now.monotonic }
    for service in services { left = earlier(left, service.timeLeft(at: now)) }
    return left
  }

  /// The deadline of the phase.
  var phaseDeadline: Duration? {
    switch phase {
    case .running, .killed, .exited: nil
    case .deregistering(_, _, let until), .draining(_, let until): until
    case .ended(_, let until, .gone): consulDeadline(until)
    case .ended(_, _, .given(let until, _)), .ended(_, _, .killed(let until)): until
    case .stopping(let killAt): killAt
    }
  }

  /// The time limit for Consul after the process has ended: `until`, or the whole stop budget if the agent is at its
  /// limit.
  func consulDeadline(_ until: Duration) -> Duration {
    guard let stopBegan, services.contains(where: { $0.registry.isOverloaded }) else { return until }
    return max(until, stopBegan + Interval.stopBudget)
  }

  /// The ready time-out's deadline, if a service isn't ready yet.
  private var readyDeadline: Duration? {
    guard phase == .running, let timeout = policy.readyTimeout else { return nil }
    return services.first { $0.isAwaited }.map { $0.readiness.startedAt + timeout }
  }
}

extension WrapperMachine.Phase {
  var isAlive: Bool {
    switch self {
    case .running, .deregistering, .draining, .stopping, .killed: true
    case .ended, .exited: false
    }
  }
}

extension WrapperMachine {
  /// Whether a probe or an exchange is pending, which usually ends at once. Waking too early then does no harm;
  /// waking later than the heartbeat would.
  public var isWaitingForAnswers: Bool {
    services.contains { $0.readiness.isProbing || $0.registry.exchange != nil }
  }
}
