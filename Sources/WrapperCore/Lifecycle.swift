// From started to gone: what each event means in each phase.

// MARK: Stopping
extension Machine {
  mutating func receive(_ signal: Signal, _ turn: inout Turn) {
    let isStop = plan.means(stop: signal)
    switch phase {
    case .running where isStop: beginStop(signal, &turn)
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
    case .running, .deregistering, .draining, .stopping, .killed:
      for number in plan.forwards(signal) { turn.emit(.signal(plan.rewritten(number))) }
    case .ended, .exited: break
    }
  }

  private mutating func beginStop(_ signal: Signal, _ turn: inout Turn) {
    let (wasListed, drains) = (mayBeListed, services.contains { $0.registry.mayServe })
    let held = plan.forwards(signal)
    leave(&turn)
    if held.isEmpty {
      turn.log(.stoppedByTerminal(signal: signal.number))
      forward([], killAfter: plan.stopTimeout, &turn)
    } else if isDeregistering {
      let until = turn.now.monotonic + Interval.deregistration
      phase = .deregistering(held: held, drains: drains, until: until)
    } else {
      drain(held, wasListed ? .unconfirmed : .notRegistered, drains: drains, &turn)
    }
  }

  /// Out of Consul, whatever comes next.
  mutating func leave(_ turn: inout Turn) {
    stopBegan = stopBegan ?? turn.now.monotonic
    forEachService(&turn) { $0.leave(&$1) }
  }

  private var mayBeListed: Bool { services.contains { $0.registry.mayBeListed } }
  private var isDeregistering: Bool { services.contains { $0.registry.isDeregistering } }

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

// MARK: Stopped and continued
extension Machine {
  /// A terminal's Ctrl-Z suspends the job, ourselves included, where a shell waits to continue it. Where nobody does, the
  /// process goes on at once, or it would be frozen for ever. One that waits for the terminal itself would only be stopped
  /// again; so it waits. Whoever doesn't go on at once can't serve.
  mutating func stopped(by signal: Int32, _ turn: inout Turn) {
    guard phase.isAlive else { return }
    if signal != Signal.terminalStop { forEachService(&turn) { $0.stop(&$1) } }
    if Signal.suspending.contains(signal) { turn.emit(.suspend(signal)) }
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
    forEachService(&turn) { $0.ask(&$1) }
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
    let left = lastWord(until) - turn.now.monotonic
    let isOpen = { (service: Service) in
      service.registry.mayBeListed && !service.registry.isSilent(for: left, from: turn.now)
    }
    if !services.contains(where: isOpen) { leaveBehind(status, &turn) }
  }

  mutating func leaveBehind(_ status: ExitStatus, _ turn: inout Turn) {
    forEachService(&turn) { if $0.registry.mayBeListed { $1.log(.leftBehind) } }
    exit(status, &turn)
  }

  private mutating func exit(_ status: ExitStatus, _ turn: inout Turn) {
    phase = .exited
    let own = plan.expectedExits.contains(status.code) ? 0 : status.code
    turn.emit(.exit(verdict ?? own))
  }
}

// MARK: What the agent's answers change
extension Machine {
  mutating func converse(
    _ turn: inout Turn, _ part: (inout Registry, ServicePlan, Health, inout Turn) -> Void
  ) {
    let service = services[turn.service]
    part(&services[turn.service].registry, service.plan, service.readiness.health, &turn)
    let registry = services[turn.service].registry
    let isGone = service.registry.mayBeListed && !registry.mayBeListed && registry.wanted == .absent
    let after = turn.now.monotonic - registry.wantedSince
    switch phase {
    case .deregistering(let held, let drains, _) where !isDeregistering:
      drain(held, mayBeListed ? .unconfirmed : .deregistered(after: after), drains: drains, &turn)
    case .ended:
      if isGone { turn.log(.deregistered(after: after)) }
      exitIfNothingMoreCanCome(&turn)
    case .draining where isGone, .stopping where isGone, .killed where isGone:
      turn.log(.deregistered(after: after))
    case .running, .deregistering, .draining, .stopping, .killed, .exited: break
    }
  }
}
