// From started to gone: what each event means in each phase.

// MARK: Getting ready and staying so
extension Machine {
  mutating func receive(_ health: Health, _ turn: inout Turn) {
    guard readiness.isProbing else { return }
    let before = readiness.health
    readiness.receive(health)
    switch (phase, health) {
    case (.starting, .accepting): serve(&turn)
    case (.starting, .failing): readiness.scheduleNext(at: turn.now)
    case (.serving, _):
      if health != before { turn.log(.healthChanged(health)) }
      registry.ask(plan: plan, health: health, &turn)
    case (.deregistering, _), (.draining, _), (.stopping, _), (.killed, _), (.ended, _), (.exited, _): break
    }
  }

  mutating func serve(_ turn: inout Turn) {
    phase = .serving
    registry.want(at: turn.now)
    registry.ask(plan: plan, health: readiness.health, &turn)
  }

  /// A heartbeat, or another try after a pause: while serving, never without a fresh look at the process.
  mutating func attempt(_ turn: inout Turn) {
    if phase == .serving, plan.probes {
      readiness.probe(&turn)
    } else {
      registry.ask(plan: plan, health: readiness.health, &turn)
    }
  }

  mutating func giveUpWaiting(_ turn: inout Turn) {
    turn.log(.readyTimedOut(readiness.health, after: readiness.age(at: turn.now)))
    verdict = Machine.readyTimedOutStatus
    leave(&turn)
    forward([Signal.terminate], killAfter: plan.stopTimeout ?? Interval.readyKill, &turn)
  }
}

// MARK: Stopping
extension Machine {
  mutating func receive(_ signal: Signal, _ turn: inout Turn) {
    let isStop = plan.means(stop: signal)
    switch phase {
    case .starting where isStop, .serving where isStop: beginStop(signal, &turn)
    case .deregistering(let held, _, _) where isStop:
      announceStop(held[0], .unconfirmed, &turn)
      forward(held + signal.missing, killAfter: plan.stopTimeout, &turn)
    case .draining(let held, _) where isStop:
      forward(held + signal.missing, killAfter: plan.stopTimeout, &turn)
    case .stopping where isStop, .killed where isStop: send(signal.missing, &turn)
    case .starting, .serving, .deregistering, .draining, .stopping, .killed:
      for number in signal.missing { turn.emit(.signal(number)) }
    case .ended, .exited: break
    }
  }

  private mutating func beginStop(_ signal: Signal, _ turn: inout Turn) {
    let (wasListed, drains) = (registry.mayBeListed, registry.mayServe)
    leave(&turn)
    if signal.missing.isEmpty {
      turn.log(.stoppedByTerminal(signal: signal.number))
      forward([], killAfter: plan.stopTimeout, &turn)
    } else if registry.isDeregistering {
      let until = turn.now.monotonic + Interval.deregistration
      phase = .deregistering(held: signal.missing, drains: drains, until: until)
    } else {
      drain(signal.missing, wasListed ? .unconfirmed : .notRegistered, drains: drains, &turn)
    }
  }

  /// Out of Consul, whatever comes next.
  private mutating func leave(_ turn: inout Turn) {
    stopBegan = stopBegan ?? turn.now.monotonic
    readiness.cease(&turn)
    registry.withdraw(plan: plan, &turn)
  }

  mutating func drain(
    _ held: [Int32], _ withdrawal: Withdrawal, drains: Bool, _ turn: inout Turn
  ) {
    guard drains, plan.drain > .zero else {
      announceStop(held[0], withdrawal, &turn)
      return forward(held, killAfter: plan.stopTimeout, &turn)
    }
    announceStop(held[0], withdrawal, drain: plan.drain, &turn)
    phase = .draining(held: held, until: turn.now.monotonic + plan.drain)
  }

  private func announceStop(
    _ signal: Int32, _ withdrawal: Withdrawal, drain: Duration = .zero, _ turn: inout Turn
  ) {
    turn.log(.stopping(signal: signal, withdrawal, drain: drain))
  }

  mutating func forward(_ signals: [Int32], killAfter timeout: Duration?, _ turn: inout Turn) {
    send(signals, &turn)
    phase = .stopping(killAt: timeout.map { turn.now.monotonic + $0 })
  }

  /// Each followed by CONT: a stopped process takes no signal but KILL before it continues.
  private func send(_ stopSignals: [Int32], _ turn: inout Turn) {
    for number in stopSignals {
      turn.emit(.signal(number))
      turn.emit(.signal(Signal.continue))
    }
  }
}

// MARK: The end
extension Machine {
  mutating func end(_ status: ExitStatus, _ turn: inout Turn) {
    switch phase {
    case .ended, .exited: return
    case .starting, .serving, .deregistering, .draining, .stopping, .killed: break
    }
    turn.log(.ended(status))
    leave(&turn)
    let now = turn.now.monotonic
    let budgetEnd = (stopBegan ?? now) + Interval.stopBudget
    phase = .ended(status, until: min(now + Interval.lastChance, max(now, budgetEnd)))
    // A pause may be under way, and this is the last chance.
    registry.ask(plan: plan, health: readiness.health, &turn)
    exitIfNothingMoreCanCome(status, until: phase.deadline ?? now, &turn)
  }

  private mutating func exitIfNothingMoreCanCome(
    _ status: ExitStatus, until: Duration, _ turn: inout Turn
  ) {
    if !registry.mayBeListed { return exit(status, &turn) }
    guard registry.isSilent(for: until - turn.now.monotonic, from: turn.now) else { return }
    turn.log(.leftBehind)
    exit(status, &turn)
  }

  mutating func exit(_ status: ExitStatus, _ turn: inout Turn) {
    phase = .exited
    turn.emit(.exit(verdict ?? status.code))
  }

  /// timeout(1)'s own status for it.
  private static let readyTimedOutStatus: Int32 = 124
}

// MARK: What the agent's answers change
extension Machine {
  mutating func converse(
    _ turn: inout Turn, _ part: (inout Registry, Plan, Health, inout Turn) -> Void
  ) {
    let wasListed = registry.mayBeListed
    part(&registry, plan, readiness.health, &turn)
    let isGone = wasListed && !registry.mayBeListed && registry.wanted == .absent
    let after = turn.now.monotonic - registry.wantedSince
    switch phase {
    case .deregistering(let held, let drains, _) where !registry.isDeregistering:
      drain(held, isGone ? .deregistered(after: after) : .unconfirmed, drains: drains, &turn)
    case .ended(let status, let until):
      if isGone { turn.log(.deregistered(after: after)) }
      exitIfNothingMoreCanCome(status, until: until, &turn)
    case .draining where isGone, .stopping where isGone, .killed where isGone:
      turn.log(.deregistered(after: after))
    case .starting, .serving, .deregistering, .draining, .stopping, .killed, .exited: break
    }
  }
}
