/// The state machine of one process: all policy, no I/O. Events come in with their time, effects go out, and
/// `timeLeft` gives the next deadline; so a test can walk every state without a clock.
public struct WrapperMachine: Hashable, Sendable {
  /// The phase of the process. Each registration has its own state in `Registry`.
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
  }

  /// Processes that the process left running.
  enum Remaining: Hashable {
    /// None, or they aren't waited for.
    case gone
    /// TERM was sent; KILL follows at this time, or at the next stop signal if one was received already.
    case given(until: Duration, isStopping: Bool)
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

  /// The actions at the start.
  public mutating func start(at now: Timestamps) -> [Action] {
    var transition = Transition(at: now, service: 0)
    forEachService(&transition) { $0.start(&$1) }
    return transition.actions
  }

  /// Handles an event and returns the actions; events that no longer matter change nothing.
  /// - Parameter service: which one a probe's result or an agent's answer is about.
  public mutating func handle(_ event: Event, of service: Int = 0, at now: Timestamps) -> [Action] {
    if phase == .exited { return [] }
    var transition = Transition(at: now, service: service)
    switch event {
    case .signal(let signal): receive(signal, &transition)
    case .ended(let status, let childrenLeft): end(status, childrenLeft: childrenLeft, &transition)
    case .childEnded(let childrenLeft): childEnded(childrenLeft, &transition)
    case .suspended(let signal): suspended(by: signal, &transition)
    case .continued: forEachService(&transition) { $0.resume(&$1) }
    case .elapsed: elapse(&transition)
    case .probed, .sent, .outdated, .answered, .lost:
      if services.indices.contains(service) { receive(event, &transition) }
    }
    return transition.actions
  }

  /// Handles an event that concerns one service.
  private mutating func receive(_ event: Event, _ transition: inout Transition) {
    switch event {
    case .probed(let health): services[transition.service].receive(health, &transition)
    case .sent: services[transition.service].registry.noteSent(at: transition.now)
    case .outdated: services[transition.service].registry.noteOutdated()
    case .answered(let answer):
      updateRegistry(&transition) { $0.receive(answer, policy: $1, health: $2, &$3) }
    case .lost(let failure): updateRegistry(&transition) { $0.lose(failure, policy: $1, &$3) }
    case .signal, .ended, .childEnded, .suspended, .continued, .elapsed: break
    }
  }

  mutating func forEachService(
    _ transition: inout Transition, _ body: (inout ServiceState, inout Transition) -> Void
  ) {
    for index in services.indices {
      transition.service = index
      body(&services[index], &transition)
    }
  }
}
