/// The state machine of one process: all policy, no I/O. Events come in with their time, effects go out, and
/// `timeLeft` gives the next deadline; so a test can walk every state without a clock. ARCHITECTURE.md has a diagram
/// of the phases; each service has its own state in `Registry`.
public struct WrapperMachine: Hashable, Sendable {
  /// The phase of the process.
  enum Phase: Hashable {
    /// Each of its services is registered once it is ready.
    case running
    /// Still running; the stop signals are held back until the deregistration is answered.
    case deregistering(held: [Int32], drains: Bool, until: Duration)
    /// Deregistered, finishing the requests of clients.
    case draining(held: [Int32], until: Duration)
    /// The stop signal was forwarded; KILL follows at this time.
    case stopping(killAt: Duration?)
    case killed
    /// The process has ended; until then the deregistration and the remaining processes may delay our exit.
    case ended(ExitStatus, until: Duration, Remaining)
    case exited

    var isAlive: Bool {
      switch self {
      case .running, .deregistering, .draining, .stopping, .killed: true
      case .ended, .exited: false
      }
    }
  }

  /// Processes that the process left running.
  enum Remaining: Hashable {
    /// None, or they aren't waited for.
    case gone
    /// TERM was sent; KILL follows at this time, or at the next stop signal if one was received already.
    case terminating(until: Duration, stopReceived: Bool)
    /// KILL was sent; not waited for beyond this time.
    case killed(until: Duration)
  }

  let policy: Policy
  var phase = Phase.running
  var services: [ServiceState]
  /// When the stop began; monotonic.
  var stopBegan: Duration?
  /// The exit status in place of the process's own: 124 if it wasn't ready in time.
  var exitOverride: Int32?

  /// The machine of a process that has just been started.
  public init(_ policy: Policy, at now: Timestamps) {
    self.policy = policy
    services = policy.services.map { ServiceState($0, at: now) }
  }

  /// Returns the effects at the start.
  public mutating func start(at now: Timestamps) -> [Effect] {
    var transition = Transition(at: now)
    for index in services.indices { services[index].start(&transition[service: index]) }
    return transition.effects
  }

  /// Handles an event and returns the effects; events that no longer matter change nothing.
  public mutating func handle(_ event: Event, at now: Timestamps) -> [Effect] {
    if phase == .exited { return [] }
    var transition = Transition(at: now)
    switch event {
    case .process(.signal(let signal)): received(signal, &transition)
    case .process(.ended(let status, let childrenLeft)):
      ended(status, childrenLeft: childrenLeft, &transition)
    case .process(.childEnded(let childrenLeft)): childEnded(childrenLeft: childrenLeft, &transition)
    case .process(.suspended(let signal)): suspended(by: signal, &transition)
    case .process(.continued): continued(&transition)
    case .process(.elapsed): elapsed(&transition)
    case .service(let event, of: let index): handle(event, of: index, &transition)
    }
    return transition.effects
  }
}

// MARK: A signal is received
extension WrapperMachine {
  private mutating func received(_ signal: Signal, _ transition: inout Transition) {
    let isStop = policy.means(stop: signal)
    let signals = policy.forwards(signal)
    switch phase {
    case .running where isStop: beginStop(signal, &transition)
    case .deregistering(let held, _, _) where isStop:
      logStopping(held[0], .unconfirmed, &transition)
      forward(held + signals, killAfter: policy.stopTimeout, &transition)
    case .draining(let held, _) where isStop:
      forward(held + signals, killAfter: policy.stopTimeout, &transition)
    case .stopping where isStop, .killed where isStop: send(signals, &transition)
    case .running, .deregistering, .draining, .stopping, .killed:
      for number in signals { transition.emit(.signal(policy.rewritten(number))) }
    case .ended(let status, let until, .terminating(_, stopReceived: true)) where isStop:
      killRemaining(status, until: until, &transition)
    case .ended(let status, let until, .terminating(let killAt, stopReceived: false)) where isStop:
      phase = .ended(status, until: until, .terminating(until: killAt, stopReceived: true))
    case .ended, .exited: break
    }
  }

  private mutating func beginStop(_ signal: Signal, _ transition: inout Transition) {
    let wasListed = services.contains { $0.registry.mayBeListed }
    let drains = services.contains { $0.registry.mayServe }
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
  private mutating func deregister(_ transition: inout Transition) {
    stopBegan = stopBegan ?? transition.now.monotonic
    for index in services.indices { services[index].deregister(&transition[service: index]) }
  }

  private var isDeregistering: Bool { services.contains { $0.registry.isDeregistering } }

  private mutating func drain(
    _ held: [Int32], _ result: DeregistrationResult, drains: Bool, _ transition: inout Transition
  ) {
    let drain = drains ? policy.drain : .zero
    logStopping(held[0], result, drain: drain, &transition)
    if drain == .zero { return forward(held, killAfter: policy.stopTimeout, &transition) }
    phase = .draining(held: held, until: transition.now.monotonic + drain)
  }

  private func logStopping(
    _ signal: Int32, _ result: DeregistrationResult, drain: Duration = .zero, _ transition: inout Transition
  ) {
    let sent = policy.rewritten(signal)
    transition.log(.stopping(signal: signal, as: sent == signal ? nil : sent, result, drain: drain))
  }

  private mutating func forward(
    _ signals: [Int32], killAfter timeout: Duration?, _ transition: inout Transition
  ) {
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

// MARK: The process is suspended or continued
extension WrapperMachine {
  /// A terminal's Ctrl-Z suspends the job, ourselves included, if a shell can continue it. Otherwise the process is
  /// continued at once, or it would be frozen for ever. A process that was suspended for reading from the terminal
  /// isn't continued: it would only be suspended again, and can't serve meanwhile.
  private mutating func suspended(by signal: Int32, _ transition: inout Transition) {
    guard phase.isAlive else { return }
    if signal != Signal.terminalStop {
      for index in services.indices { services[index].suspended(&transition[service: index]) }
    }
    if Signal.suspending.contains(signal) { transition.emit(.suspendSelf(signal)) }
    if signal == Signal.terminalStop { transition.emit(.signal(Signal.continue)) }
  }

  private mutating func continued(_ transition: inout Transition) {
    for index in services.indices { services[index].continued(&transition[service: index]) }
  }
}

// MARK: The process or another child ends
extension WrapperMachine {
  private mutating func ended(_ status: ExitStatus, childrenLeft: Bool, _ transition: inout Transition) {
    guard phase.isAlive else { return }
    let stopReceived = stopBegan != nil
    transition.log(.ended(status))
    deregister(&transition)
    let now = transition.now.monotonic
    let budgetEnd = (stopBegan ?? now) + Interval.stopBudget
    var remaining = Remaining.gone
    if childrenLeft, let time = policy.waitForAll {
      transition.log(.waitingForRemaining(time))
      transition.emit(.terminateRemaining)
      remaining = .terminating(until: now + time, stopReceived: stopReceived)
    }
    phase = .ended(status, until: min(now + Interval.lastChance, max(now, budgetEnd)), remaining)
    // Don't wait for a pending pause: this is the last chance.
    for index in services.indices { services[index].ask(&transition[service: index]) }
    exitIfDone(&transition)
  }

  /// Another child has ended, perhaps the last one; its own children may have become ours and need TERM or KILL.
  private mutating func childEnded(childrenLeft: Bool, _ transition: inout Transition) {
    guard case .ended(let status, let until, let remaining) = phase else { return }
    switch remaining {
    case .gone: break
    case _ where !childrenLeft:
      phase = .ended(status, until: until, .gone)
      exitIfDone(&transition)
    case .terminating: transition.emit(.terminateRemaining)
    case .killed: transition.emit(.killRemaining)
    }
  }

  private mutating func killRemaining(_ status: ExitStatus, until: Duration, _ transition: inout Transition) {
    transition.log(.killingRemaining)
    transition.emit(.killRemaining)
    phase = .ended(status, until: until, .killed(until: transition.now.monotonic + Interval.remainingKilled))
  }

  /// Exits unless a deregistration may still be confirmed in time.
  private mutating func exitIfDone(_ transition: inout Transition) {
    guard case .ended(let status, let until, .gone) = phase else { return }
    let (left, now) = (consulDeadline(until) - transition.now.monotonic, transition.now)
    if !services.contains(where: { $0.registry.mayBeDeregistered(within: left, from: now) }) {
      exit(status, &transition)
    }
  }

  private mutating func exit(_ status: ExitStatus, _ transition: inout Transition) {
    for index in services.indices where services[index].registry.mayBeListed {
      transition[service: index].log(.deregistrationUnconfirmed)
    }
    phase = .exited
    let own = policy.expectedExits.contains(status.code) ? 0 : status.code
    transition.emit(.exit(exitOverride ?? own))
  }
}

// MARK: Something happens to a service
extension WrapperMachine {
  private mutating func handle(_ event: ServiceEvent, of index: Int, _ transition: inout Transition) {
    guard services.indices.contains(index) else { return }
    let wasListed = services[index].registry.mayBeListed
    services[index].handle(event, &transition[service: index])
    // A deregistration that was answered, or can't be, lets the stop or the exit go on.
    let registry = services[index].registry
    let isDeregistered = wasListed && !registry.mayBeListed && registry.wanted == .absent
    let after = transition.now.monotonic - registry.wantedSince
    switch phase {
    case .deregistering(let held, let drains, _) where !isDeregistering:
      let isUnconfirmed = services.contains { $0.registry.mayBeListed }
      drain(held, isUnconfirmed ? .unconfirmed : .deregistered(after: after), drains: drains, &transition)
    case .ended:
      if isDeregistered { transition[service: index].log(.deregistered(after: after)) }
      exitIfDone(&transition)
    case .draining where isDeregistered, .stopping where isDeregistered, .killed where isDeregistered:
      transition[service: index].log(.deregistered(after: after))
    case .running, .deregistering, .draining, .stopping, .killed, .exited: break
    }
  }
}

// MARK: Time passes
extension WrapperMachine {
  private mutating func elapsed(_ transition: inout Transition) {
    let warns = phase == .running && policy.readyTimeout == nil
    for index in services.indices {
      services[index].readinessElapsed(warns: warns, &transition[service: index])
    }
    if let readyDeadline, readyDeadline <= transition.now.monotonic { readyTimedOut(&transition) }
    // A time-out of one service may let the machine exit.
    for index in services.indices where phase != .exited {
      let isOverdue = services[index].registry.answerIsOverdue(at: transition.now)
      if isOverdue { handle(.lost(.timedOut), of: index, &transition) }
      services[index].registryElapsed(&transition[service: index])
    }
    phaseElapsed(&transition)
  }

  private mutating func readyTimedOut(_ transition: inout Transition) {
    // timeout(1)'s own status for it.
    exitOverride = 124
    for index in services.indices where services[index].isAwaited {
      let readiness = services[index].readiness
      transition[service: index].log(
        .readyTimedOut(readiness.health, after: readiness.age(at: transition.now)))
    }
    deregister(&transition)
    forward([Signal.terminate], killAfter: policy.stopTimeout ?? Interval.readyKill, &transition)
  }

  private mutating func phaseElapsed(_ transition: inout Transition) {
    guard let phaseDeadline, phaseDeadline <= transition.now.monotonic else { return }
    switch phase {
    case .deregistering(let held, let drains, _): drain(held, .unconfirmed, drains: drains, &transition)
    case .draining(let held, _): forward(held, killAfter: policy.stopTimeout, &transition)
    case .stopping:
      phase = .killed
      transition.log(.killing)
      transition.emit(.signal(Signal.kill))
    case .ended(let status, let until, .terminating): killRemaining(status, until: until, &transition)
    case .ended(let status, let until, .killed):
      phase = .ended(status, until: until, .gone)
      exitIfDone(&transition)
    case .ended(let status, _, .gone): exit(status, &transition)
    case .running, .killed, .exited: break
    }
  }
}

// MARK: Deadlines
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
    case .stopping(let killAt): killAt
    case .ended(_, let until, .gone): consulDeadline(until)
    case .ended(_, _, .terminating(let until, _)), .ended(_, _, .killed(let until)): until
    }
  }

  /// The time limit for Consul after the process has ended: `until`, or the whole stop budget if the agent is at its
  /// limit.
  private func consulDeadline(_ until: Duration) -> Duration {
    guard let stopBegan, services.contains(where: { $0.registry.isOverloaded }) else { return until }
    return max(until, stopBegan + Interval.stopBudget)
  }

  /// The ready time-out's deadline, if a service isn't ready yet.
  private var readyDeadline: Duration? {
    guard phase == .running, let timeout = policy.readyTimeout else { return nil }
    return services.first { $0.isAwaited }.map { $0.readiness.startedAt + timeout }
  }

  /// Whether a probe or an exchange is pending, which usually ends at once. Waking too early then does no harm;
  /// waking later than the heartbeat would.
  public var isWaitingForAnswers: Bool {
    services.contains { $0.readiness.isProbing || $0.registry.exchange != nil }
  }
}
