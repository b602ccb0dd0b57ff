// What is done because time has passed, and when that will next be.

extension Machine {
  mutating func elapse(_ turn: inout Turn) {
    let warns = phase == .running && plan.readyTimeout == nil
    forEachService(&turn) { $0.elapseReadiness(warns: warns, &$1) }
    elapseReadyTimeout(&turn)
    // What one has lost may have been the last thing that the exit waited for.
    for place in services.indices where phase != .exited {
      turn.service = place
      if services[place].registry.answerIsOverdue(at: turn.now) {
        converse(&turn) { $0.lose(.timedOut, plan: $1, &$3) }
      }
      services[place].elapseAttempt(&turn)
    }
    elapsePhase(&turn)
  }

  private mutating func elapseReadyTimeout(_ turn: inout Turn) {
    guard let deadline = readyDeadline, deadline <= turn.now.monotonic else { return }
    verdict = Machine.readyTimedOutStatus
    forEachService(&turn) { service, turn in
      guard service.isAwaited else { return }
      turn.log(.readyTimedOut(service.readiness.health, after: service.readiness.age(at: turn.now)))
    }
    leave(&turn)
    forward([Signal.terminate], killAfter: plan.stopTimeout ?? Interval.readyKill, &turn)
  }

  private mutating func elapsePhase(_ turn: inout Turn) {
    let now = turn.now.monotonic
    switch phase {
    case .deregistering(let held, let drains, let until) where until <= now:
      drain(held, .unconfirmed, drains: drains, &turn)
    case .draining(let held, let until) where until <= now:
      forward(held, killAfter: plan.stopTimeout, &turn)
    case .stopping(let killAt?) where killAt <= now:
      phase = .killed
      turn.log(.killing)
      turn.emit(.signal(Signal.kill))
    case .ended(let status, let until, .given(let othersUntil, _)) where othersUntil <= now:
      killOthers(status, until: until, &turn)
    case .ended(let status, let until, .killed(let othersUntil)) where othersUntil <= now:
      phase = .ended(status, until: until, .gone)
      exitIfNothingMoreCanCome(&turn)
    case .ended(let status, let until, .gone) where lastWord(until) <= now: leaveBehind(status, &turn)
    case .running, .deregistering, .draining, .stopping, .killed, .ended, .exited: break
    }
  }

  /// timeout(1)'s own status for it.
  private static let readyTimedOutStatus: Int32 = 124
}

extension Machine {
  /// How long until something is due if nothing happens; nil: nothing ever is.
  public func timeLeft(at now: Moment) -> Duration? {
    if phase == .exited { return nil }
    var left = earlier(phaseDeadline, readyDeadline).map { $0 - now.monotonic }
    for service in services { left = earlier(left, service.timeLeft(at: now)) }
    return left
  }

  /// When the phase is over if nothing happens.
  var phaseDeadline: Duration? {
    switch phase {
    case .running, .killed, .exited: nil
    case .deregistering(_, _, let until), .draining(_, let until): until
    case .ended(_, let until, .gone): lastWord(until)
    case .ended(_, _, .given(let until, _)), .ended(_, _, .killed(let until)): until
    case .stopping(let killAt): killAt
    }
  }

  /// When Consul has had its time after the process's end: at `until`, or where we were turned away, after all that it
  /// may take of a stop.
  func lastWord(_ until: Duration) -> Duration {
    guard let stopBegan, services.contains(where: { $0.registry.isTurnedAway }) else { return until }
    return max(until, stopBegan + Interval.stopBudget)
  }

  /// When those that aren't ready yet should be.
  private var readyDeadline: Duration? {
    guard phase == .running, let timeout = plan.readyTimeout else { return nil }
    return services.first { $0.isAwaited }.map { $0.readiness.startedAt + timeout }
  }
}

extension Machine.Phase {
  var isAlive: Bool {
    switch self {
    case .running, .deregistering, .draining, .stopping, .killed: true
    case .ended, .exited: false
    }
  }
}

extension Machine {
  /// Whether something is under way that usually ends at once: a probe or an exchange. To be woken too early then does no
  /// harm; to be woken later than by the heartbeat would.
  public var isWaitingForAnswers: Bool {
    services.contains { $0.readiness.isProbing || $0.registry.exchange != nil }
  }
}
