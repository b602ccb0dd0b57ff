/// One process's life under supervision: all policy, no system. Events come in with their time, effects go out, and
/// `nextDeadline` says when to come back if nothing happens; so a test can walk every state without a clock.
public struct Machine: Hashable, Sendable {
  /// Where the process stands. The registration has states of its own: `Registry`.
  enum Phase: Hashable {
    /// Runs and isn't ready.
    case starting
    /// Was ready once, and is wanted in Consul.
    case serving
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
  var phase = Phase.starting
  var registry = Registry()
  var readiness: Readiness
  /// When the stop began; monotonic.
  var stopBegan: Duration?
  /// 124 where the process wasn't ready in time.
  var verdict: Int32?

  /// The machine of a process that has just been started.
  public init(_ plan: Plan, at now: Moment) {
    self.plan = plan
    readiness = Readiness(at: now, probes: plan.probes)
  }

  /// What is to be done at the start: ask Consul what an earlier life left behind, while the process gets ready.
  public mutating func start(at now: Moment) -> [Effect] {
    var turn = Turn(at: now)
    if plan.probes {
      registry.ask(plan: plan, health: readiness.health, &turn)
      readiness.probe(&turn)
    } else {
      serve(&turn)
    }
    return turn.effects
  }

  /// What is to be done about an event; events that no longer matter change nothing.
  public mutating func handle(_ event: Event, at now: Moment) -> [Effect] {
    if phase == .exited { return [] }
    var turn = Turn(at: now)
    switch event {
    case .signal(let signal): receive(signal, &turn)
    case .ended(let status, let othersLeft): end(status, othersLeft: othersLeft, &turn)
    case .otherEnded(let othersLeft): countOthers(othersLeft, &turn)
    case .stopped(let signal): stopped(by: signal, &turn)
    case .probed(let health): receive(health, &turn)
    case .sent: registry.noteSent(at: turn.now)
    case .answered(let answer): converse(&turn) { $0.receive(answer, plan: $1, health: $2, &$3) }
    case .lost(let failure): converse(&turn) { $0.lose(failure, plan: $1, &$3) }
    case .elapsed: elapse(&turn)
    }
    return turn.effects
  }
}
