// What each event means in each phase, from start to exit.

// MARK: Stopping
extension WrapperMachine {
  mutating func receive(_ signal: Signal, _ transition: inout Transition) {
    let isStop = policy.means(stop: signal)
    switch phase {
    case .running where isStop: beginStop(signal, &transition)
    case .deregistering(let held, _, _) where isStop:
      announceStop(held[0], .unconfirmed, &transition)
      forward(held + policy.forwards(signal), killAfter: policy.stopTimeout, &transition)
    case .draining(let held, _) where isStop:
      forward(held + policy.forwards(signal), killAfter: policy.stopTimeout, &transition)
    case .stopping where isStop, .killed where isStop: send(policy.forwards(signal), &transition)
    case .ended(let status, let until, .given(_, isStopping: true)) where isStop:
      killRemaining(status, until: until, &transition)
    case .ended(let status, let until, .given(let remainingUntil, isStopping: false)) where isStop:
      phase = .ended(status, until: until, .given(until: remainingUntil, isStopping: true))
    case .running, .deregistering, .draining, .stopping, .killed:
      for number in policy.forwards(signal) { transition.emit(.signal(policy.rewritten(number))) }
    case .ended, .exited: break
    }
  }

  private mutating func beginStop(_ signal: Signal, _ transition: inout Transition) {
    let (wasListed, drains) = (mayBeListed, services.contains { $0.registry.mayServe })
    let held = policy.forwards(signal)
    deregister(&transition)
    if held.isEmpty {
      transition.log(.stoppedByTerminal(signal: signal.number))
      forward([], killAfter: policy.stopTimeout, &transition)
    } else if isDeregistering {
      let until = transition.now.monotonic + Interval.deregistration
      phase = .deregistering(held: held, drains: drains, until: until)
    } else {
      drain(held, wasListed ? .unconfirmed : .notRegistered, drains: drains, &transition)
    }
  }

  /// Deregisters from Consul, for good.
  mutating func deregister(_ transition: inout Transition) {
    stopBegan = stopBegan ?? transition.now.monotonic
    forEachService(&transition) { $0.deregister(&$1) }
  }

  private var mayBeListed: Bool { services.contains { $0.registry.mayBeListed } }
  private var isDeregistering: Bool { services.contains { $0.registry.isDeregistering } }

  mutating func drain(
    _ held: [Int32], _ result: DeregistrationResult, drains: Bool, _ transition: inout Transition
  ) {
    guard drains, policy.drain > .zero else {
      announceStop(held[0], result, &transition)
      return forward(held, killAfter: policy.stopTimeout, &transition)
    }
    announceStop(held[0], result, drain: policy.drain, &transition)
    phase = .draining(held: held, until: transition.now.monotonic + policy.drain)
  }

  private func announceStop(
    _ signal: Int32, _ result: DeregistrationResult, drain: Duration = .zero, _ transition: inout Transition
  ) {
    let sent = policy.rewritten(signal)
    transition.log(.stopping(signal: signal, as: sent == signal ? nil : sent, result, drain: drain))
  }

  mutating func forward(_ signals: [Int32], killAfter timeout: Duration?, _ transition: inout Transition) {
    send(signals, &transition)
    phase = .stopping(killAt: timeout.map { transition.now.monotonic + $0 })
  }

  /// Each is followed by CONT: a suspended process handles no signal but KILL until it continues.
  private func send(_ stopSignals: [Int32], _ transition: inout Transition) {
    for number in stopSignals {
      transition.emit(.signal(policy.rewritten(number)))
      transition.emit(.signal(Signal.continue))
    }
  }
}

// MARK: Stopped and continued
extension WrapperMachine {
  /// A terminal's Ctrl-Z suspends the job, ourselves included, if a shell can continue it. Otherwise the process is
  /// continued at once, or it would be frozen for ever. A process that was suspended for reading from the terminal
  /// isn't continued: it would only be suspended again, and can't serve meanwhile.
  mutating func suspended(by signal: Int32, _ transition: inout Transition) {
    guard phase.isAlive else { return }
    if signal != Signal.terminalStop { forEachService(&transition) { $0.suspend(&$1) } }
    if Signal.suspending.contains(signal) { transition.emit(.suspendSelf(signal)) }
    if signal == Signal.terminalStop { transition.emit(.signal(Signal.continue)) }
  }
}

// MARK: The end
extension WrapperMachine {
  mutating func end(_ status: ExitStatus, childrenLeft: Bool, _ transition: inout Transition) {
    let isStopping = stopBegan != nil
    guard phase.isAlive else { return }
    transition.log(.ended(status))
    deregister(&transition)
    let now = transition.now.monotonic
    let budgetEnd = (stopBegan ?? now) + Interval.stopBudget
    let until = min(now + Interval.lastChance, max(now, budgetEnd))
    let remaining = childrenLeft ? terminateRemaining(isStopping: isStopping, &transition) : .gone
    phase = .ended(status, until: until, remaining)
    // Don't wait for a pending pause: this is the last chance.
    forEachService(&transition) { $0.ask(&$1) }
    exitIfNothingMoreCanCome(&transition)
  }

  private func terminateRemaining(isStopping: Bool, _ transition: inout Transition) -> Remaining {
    guard let time = policy.waitForAll else { return .gone }
    transition.log(.waitingForRemaining(time))
    transition.emit(.terminateRemaining)
    return .given(until: transition.now.monotonic + time, isStopping: isStopping)
  }

  /// Another child has ended, perhaps the last one; its own children may have become ours and need TERM or KILL.
  mutating func childEnded(_ areLeft: Bool, _ transition: inout Transition) {
    guard case .ended(let status, let until, let remaining) = phase else { return }
    switch remaining {
    case .gone: break
    case _ where !areLeft:
      phase = .ended(status, until: until, .gone)
      exitIfNothingMoreCanCome(&transition)
    case .given: transition.emit(.terminateRemaining)
    case .killed: transition.emit(.killRemaining)
    }
  }

  mutating func killRemaining(_ status: ExitStatus, until: Duration, _ transition: inout Transition) {
    transition.log(.killingRemaining)
    transition.emit(.killRemaining)
    phase = .ended(status, until: until, .killed(until: transition.now.monotonic + Interval.remainingKilled))
  }

  mutating func exitIfNothingMoreCanCome(_ transition: inout Transition) {
    guard case .ended(let status, let until, .gone) = phase else { return }
    let left = consulDeadline(until) - transition.now.monotonic
    let isOpen = { (service: ServiceState) in
      service.registry.mayBeListed && !service.registry.isSilent(for: left, from: transition.now)
    }
    if !services.contains(where: isOpen) { exitUnconfirmed(status, &transition) }
  }

  mutating func exitUnconfirmed(_ status: ExitStatus, _ transition: inout Transition) {
    forEachService(&transition) { if $0.registry.mayBeListed { $1.log(.deregistrationUnconfirmed) } }
    exit(status, &transition)
  }

  private mutating func exit(_ status: ExitStatus, _ transition: inout Transition) {
    phase = .exited
    let own = policy.expectedExits.contains(status.code) ? 0 : status.code
    transition.emit(.exit(exitOverride ?? own))
  }
}

// MARK: What the agent's answers change
extension WrapperMachine {
  mutating func updateRegistry(
    _ transition: inout Transition, _ part: (inout Registry, ServicePolicy, Health, inout Transition) -> Void
  ) {
    let service = services[transition.service]
    part(&services[transition.service].registry, service.policy, service.readiness.health, &transition)
    let registry = services[transition.service].registry
    let isGone = service.registry.mayBeListed && !registry.mayBeListed && registry.wanted == .absent
    let after = transition.now.monotonic - registry.wantedSince
    switch phase {
    case .deregistering(let held, let drains, _) where !isDeregistering:
      drain(held, mayBeListed ? .unconfirmed : .deregistered(after: after), drains: drains, &transition)
    case .ended:
      if isGone { transition.log(.deregistered(after: after)) }
      exitIfNothingMoreCanCome(&transition)
    case .draining where isGone, .stopping where isGone, .killed where isGone:
      transition.log(.deregistered(after: after))
    case .running, .deregistering, .draining, .stopping, .killed, .exited: break
    }
  }
}
