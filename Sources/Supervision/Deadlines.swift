// What is done because time has passed, and when that will next be.

extension Machine {
  mutating func elapse(_ turn: inout Turn) {
    elapseReadiness(&turn)
    elapseRegistry(&turn)
    elapsePhase(&turn)
  }

  private mutating func elapseReadiness(_ turn: inout Turn) {
    let now = turn.now.monotonic
    if let deadline = readiness.probeDeadline, deadline <= now {
      turn.emit(.cancelProbe)
      receive(.failing(Machine.timedOut), &turn)
    }
    if let next = readiness.nextProbe, next <= now { readiness.probe(&turn) }
    guard phase == .starting else { return }
    if let timeout = plan.readyTimeout {
      if readiness.age(at: turn.now) >= timeout { giveUpWaiting(&turn) }
    } else if readiness.shouldWarn(at: turn.now) {
      turn.log(.notAccepting(readiness.health, after: readiness.age(at: turn.now)))
    }
  }

  private mutating func elapseRegistry(_ turn: inout Turn) {
    if registry.answerIsOverdue(at: turn.now) {
      converse(&turn) { $0.lose(.timedOut, plan: $1, &$3) }
    }
    if registry.takeAttempt(at: turn.now) { attempt(&turn) }
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
    case .ended(let status, let until, .gone) where until <= now: leaveBehind(status, &turn)
    case .starting, .serving, .deregistering, .draining, .stopping, .killed, .ended, .exited: break
    }
  }

  /// ETIMEDOUT of errno(3): what a connect that nobody answers ends with.
  private static let timedOut: Int32 = 110
}

extension Machine {
  /// How long until something is due if nothing happens; nil: nothing ever is.
  public func timeLeft(at now: Moment) -> Duration? {
    if phase == .exited { return nil }
    let sleeping = registry.nextAttempt.map { $0 - now.boottime }
    var waking = earlier(readiness.probeDeadline, readiness.nextProbe)
    waking = earlier(waking, registry.exchange?.deadline)
    waking = earlier(waking, readyDeadline)
    waking = earlier(waking, phase.deadline)
    return earlier(sleeping, waking.map { $0 - now.monotonic })
  }

  private func earlier(_ one: Duration?, _ other: Duration?) -> Duration? {
    guard let one, let other else { return one ?? other }
    return min(one, other)
  }

  private var readyDeadline: Duration? {
    phase == .starting ? plan.readyTimeout.map { readiness.startedAt + $0 } : nil
  }
}

extension Machine.Phase {
  var isAlive: Bool {
    switch self {
    case .starting, .serving, .deregistering, .draining, .stopping, .killed: true
    case .ended, .exited: false
    }
  }

  var deadline: Duration? {
    switch self {
    case .starting, .serving, .killed, .exited: nil
    case .deregistering(_, _, let until), .draining(_, let until), .ended(_, let until, .gone): until
    case .ended(_, _, .given(let until, _)), .ended(_, _, .killed(let until)): until
    case .stopping(let killAt): killAt
    }
  }
}
