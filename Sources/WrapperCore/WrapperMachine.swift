/// One process's life under supervision: all policy, no system. Events come in with their time, effects go out, and
/// `timeLeft` says when to come back if nothing happens; so a test can walk every state without a clock.
public struct WrapperMachine: Hashable, Sendable {
  /// Where the process stands. The registrations have states of their own: `Registry`.
  enum Phase: Hashable {
    /// Each of its services is registered once it is ready.
    case running
    /// Runs on as if nothing had happened, while the stop signals held back wait for the deregistration.
    case deregistering(held: [Int32], drains: Bool, until: Duration)
    /// Deregistered, and given time to finish what clients have begun.
    case draining(held: [Int32], until: Duration)
    /// Has its stop signal; killed at the time given.
    case stopping(killAt: Duration?)
    case killed
    /// Gone; Consul has until then to confirm that we are, or as long as the others take.
    case ended(ExitStatus, until: Duration, Remaining)
    case exited
  }

  /// What the process left running.
  enum Remaining: Hashable {
    /// Nothing, or nobody asked for it.
    case gone
    /// Told to end, and given until then; whether a stop signal has come, so that another means haste.
    case given(until: Duration, isStopping: Bool)
    /// Killed; nobody is waited for beyond that.
    case killed(until: Duration)
  }

  let policy: Policy
  var phase = Phase.running
  var services: [ServiceState]
  /// When the stop began; monotonic.
  var stopBegan: Duration?
  /// 124 where the process wasn't ready in time.
  var exitOverride: Int32?

  /// The machine of a process that has just been started.
  public init(_ policy: Policy, at now: Timestamps) {
    self.policy = policy
    services = policy.services.map { ServiceState($0, at: now) }
  }

  /// What is to be done at the start.
  public mutating func start(at now: Timestamps) -> [Action] {
    var transition = Transition(at: now, service: 0)
    forEachService(&transition) { $0.start(&$1) }
    return transition.actions
  }

  /// What is to be done about an event; events that no longer matter change nothing.
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

  /// What is about one service.
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
