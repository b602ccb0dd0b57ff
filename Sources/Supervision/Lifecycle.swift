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
      forward(held + plan.forwards(signal), killAfter: plan.stopTimeout, &turn)
    case .draining(let held, _) where isStop:
      forward(held + plan.forwards(signal), killAfter: plan.stopTimeout, &turn)
    case .stopping where isStop, .killed where isStop: send(plan.forwards(signal), &turn)
    case .ended(let status, let until, .given(_, isStopping: true)) where isStop:
      killOthers(status, until: until, &turn)
    case .ended(let status, let until, .given(let othersUntil, isStopping: false)) where isStop:
      phase = .ended(status, until: until, .given(until: othersUntil, isStopping: true))
    case .starting, .serving, .deregistering, .draining, .stopping, .killed:
      for number in plan.forwards(signal) { turn.emit(.signal(plan.rewritten(number))) }
    case .ended, .exited: break
    }
  }

  private mutating func beginStop(_ signal: Signal, _ turn: inout Turn) {
    let (wasListed, drains) = (registry.mayBeListed, registry.mayServe)
    let held = plan.forwards(signal)
    leave(&turn)
    if held.isEmpty {
      turn.log(.stoppedByTerminal(signal: signal.number))
      forward([], killAfter: plan.stopTimeout, &turn)
    } else if registry.isDeregistering {
      let until = turn.now.monotonic + Interval.deregistration
      phase = .deregistering(held: held, drains: drains, until: until)
    } else {
      drain(held, wasListed ? .unconfirmed : .notRegistered, drains: drains, &turn)
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
    let sent = plan.rewritten(signal)
    turn.log(.stopping(signal: signal, as: sent == signal ? nil : sent, withdrawal, drain: drain))
  }

  mutating func forward(_ signals: [Int32], killAfter timeout: Duration?, _ turn: inout Turn) {
    send(signals, &turn)
    phase = .stopping(killAt: timeout.map { turn.now.monotonic + $0 })
  }

  /// Each followed by CONT: a stopped process takes no signal but KILL before it continues.
  private func send(_ stopSignals: [Int32], _ turn: inout Turn) {
    for number in stopSignals {
      turn.emit(.signal(plan.rewritten(number)))
      turn.emit(.signal(Signal.continue))
    }
  }
}

// MARK: Suspended
extension Machine {
  /// A terminal's Ctrl-Z suspends the job, ourselves included, where a shell waits to continue it. Where nobody does, the
  /// process goes on at once, or it would be frozen for ever. One that waits for the terminal itself would only be stopped
  /// again; so it waits.
  func stopped(by signal: Int32, _ turn: inout Turn) {
    guard phase.isAlive, Signal.suspending.contains(signal) else { return }
    turn.emit(.suspend(signal))
    if signal == Signal.terminalStop { turn.emit(.signal(Signal.continue)) }
  }
}

// MARK: The end
extension Machine {
  mutating func end(_ status: ExitStatus, othersLeft: Bool, _ turn: inout Turn) {
    let isStopping = stopBegan != nil
    guard phase.isAlive else { return }
    turn.log(.ended(status))
    leave(&turn)
    let now = turn.now.monotonic
    let budgetEnd = (stopBegan ?? now) + Interval.stopBudget
    let until = min(now + Interval.lastChance, max(now, budgetEnd))
    let others = othersLeft ? dismissOthers(isStopping: isStopping, &turn) : .gone
    phase = .ended(status, until: until, others)
    // A pause may be under way, and this is the last chance.
    registry.ask(plan: plan, health: readiness.health, &turn)
    exitIfNothingMoreCanCome(&turn)
  }

  private func dismissOthers(isStopping: Bool, _ turn: inout Turn) -> Others {
    guard let time = plan.waitForAll else { return .gone }
    turn.log(.waitingForOthers(time))
    turn.emit(.terminateOthers)
    return .given(until: turn.now.monotonic + time, isStopping: isStopping)
  }

  /// Another has ended, perhaps the last; or its children have become ours, and haven't been told.
  mutating func countOthers(_ areLeft: Bool, _ turn: inout Turn) {
    guard case .ended(let status, let until, let others) = phase else { return }
    switch others {
    case .gone: break
    case _ where !areLeft:
      phase = .ended(status, until: until, .gone)
      exitIfNothingMoreCanCome(&turn)
    case .given: turn.emit(.terminateOthers)
    case .killed: turn.emit(.killOthers)
    }
  }

  mutating func killOthers(_ status: ExitStatus, until: Duration, _ turn: inout Turn) {
    turn.log(.killingOthers)
    turn.emit(.killOthers)
    phase = .ended(status, until: until, .killed(until: turn.now.monotonic + Interval.othersKilled))
  }

  mutating func exitIfNothingMoreCanCome(_ turn: inout Turn) {
    guard case .ended(let status, let until, .gone) = phase else { return }
    if !registry.mayBeListed { return exit(status, &turn) }
    if registry.isSilent(for: until - turn.now.monotonic, from: turn.now) { leaveBehind(status, &turn) }
  }

  mutating func leaveBehind(_ status: ExitStatus, _ turn: inout Turn) {
    turn.log(.leftBehind)
    exit(status, &turn)
  }

  private mutating func exit(_ status: ExitStatus, _ turn: inout Turn) {
    phase = .exited
    let own = plan.expectedExits.contains(status.code) ? 0 : status.code
    turn.emit(.exit(verdict ?? own))
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
    case .ended:
      if isGone { turn.log(.deregistered(after: after)) }
      exitIfNothingMoreCanCome(&turn)
    case .draining where isGone, .stopping where isGone, .killed where isGone:
      turn.log(.deregistered(after: after))
    case .starting, .serving, .deregistering, .draining, .stopping, .killed, .exited: break
    }
  }
}
