/// One process's life under supervision: all policy, no system. Events come in with their time, effects go out, and
/// `timeLeft` says when to come back if nothing happens; so a test can walk every state without a clock.
public struct Machine: Hashable, Sendable {
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
    case ended(ExitStatus, until: Duration, Others)
    case exited
  }

  /// What the process left running.
  enum Others: Hashable {
    /// Nothing, or nobody asked for it.
    case gone
    /// Told to end, and given until then; whether a stop signal has come, so that another means haste.
    case given(until: Duration, isStopping: Bool)
    /// Killed; nobody is waited for beyond that.
    case killed(until: Duration)
  }

  let plan: Plan
  var phase = Phase.running
  var services: [Service]
  /// When the stop began; monotonic.
  var stopBegan: Duration?
  /// 124 where the process wasn't ready in time.
  var verdict: Int32?

  /// The machine of a process that has just been started.
  public init(_ plan: Plan, at now: Moment) {
    self.plan = plan
    services = plan.services.map { Service($0, at: now) }
  }

  /// What is to be done at the start.
  public mutating func start(at now: Moment) -> [Action] {
    var turn = Turn(at: now, service: 0)
    forEachService(&turn) { $0.start(&$1) }
    return turn.actions
  }

  /// What is to be done about an event; events that no longer matter change nothing.
  /// - Parameter service: which one a probe's result or an agent's answer is about.
  public mutating func handle(_ event: Event, of service: Int = 0, at now: Moment) -> [Action] {
    if phase == .exited { return [] }
    var turn = Turn(at: now, service: service)
    switch event {
    case .signal(let signal): receive(signal, &turn)
    case .ended(let status, let othersLeft): end(status, othersLeft: othersLeft, &turn)
    case .otherEnded(let othersLeft): countOthers(othersLeft, &turn)
    case .stopped(let signal): stopped(by: signal, &turn)
    case .continued: forEachService(&turn) { $0.goOn(&$1) }
    case .elapsed: elapse(&turn)
    case .probed, .sent, .outdated, .answered, .lost:
      if services.indices.contains(service) { receive(event, &turn) }
    }
    return turn.actions
  }

  /// What is about one service.
  private mutating func receive(_ event: Event, _ turn: inout Turn) {
    switch event {
    case .probed(let health): services[turn.service].receive(health, &turn)
    case .sent: services[turn.service].registry.noteSent(at: turn.now)
    case .outdated: services[turn.service].registry.noteOutdated()
    case .answered(let answer): converse(&turn) { $0.receive(answer, plan: $1, health: $2, &$3) }
    case .lost(let failure): converse(&turn) { $0.lose(failure, plan: $1, &$3) }
    case .signal, .ended, .otherEnded, .stopped, .continued, .elapsed: break
    }
  }

  mutating func forEachService(_ turn: inout Turn, _ body: (inout Service, inout Turn) -> Void) {
    for place in services.indices {
      turn.service = place
      body(&services[place], &turn)
    }
  }
}
