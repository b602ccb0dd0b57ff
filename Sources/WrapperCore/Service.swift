/// One service of the process: whether it is ready, and what Consul is told of it.
struct Service: Hashable {
  let plan: ServicePlan
  var registry = Registry()
  var readiness: Readiness

  init(_ plan: ServicePlan, at now: Moment) {
    self.plan = plan
    readiness = Readiness(at: now, probes: plan.probe != nil)
  }

  /// Whether the process is still to become ready.
  var isAwaited: Bool { registry.wanted == .nothingYet }

  /// Asks Consul what an earlier life left behind, while the process gets ready.
  mutating func start(_ turn: inout Turn) {
    if plan.probe == nil { return serve(&turn) }
    ask(&turn)
    readiness.probe(plan: plan, &turn)
  }

  private mutating func serve(_ turn: inout Turn) {
    registry.want(at: turn.now)
    ask(&turn)
  }

  mutating func ask(_ turn: inout Turn) { registry.ask(plan: plan, health: readiness.health, &turn) }

  /// A heartbeat, or another try after a pause: while serving, never without a fresh look at the process.
  mutating func attempt(_ turn: inout Turn) {
    if registry.wanted == .present, plan.probe != nil, !readiness.isStopped {
      if !readiness.isProbing { readiness.probe(plan: plan, &turn) }
    } else {
      ask(&turn)
    }
  }

  mutating func receive(_ health: Health, _ turn: inout Turn) {
    guard readiness.isProbing else { return }
    let before = readiness.health
    readiness.receive(health)
    switch (registry.wanted, readiness.health) {
    case (.nothingYet, .accepting): serve(&turn)
    case (.nothingYet, _): readiness.scheduleNext(plan: plan, at: turn.now)
    case (.present, _): tell(before, &turn)
    case (.absent, _): break
    }
  }

  /// What a stopped process accepts, its kernel accepts: it is critical at once.
  mutating func stop(_ turn: inout Turn) {
    let before = readiness.health
    readiness.isStopped = true
    guard registry.wanted == .present else { return }
    readiness.cancel(&turn)
    tell(before, &turn)
  }

  mutating func goOn(_ turn: inout Turn) {
    guard readiness.isStopped else { return }
    let before = readiness.health
    readiness.isStopped = false
    guard registry.wanted == .present else { return }
    if plan.probe == nil { return tell(before, &turn) }
    // Until the probe says otherwise.
    readiness.receive(before)
    readiness.probe(plan: plan, &turn)
  }

  private mutating func tell(_ before: Health, _ turn: inout Turn) {
    if readiness.health != before { turn.log(.healthChanged(readiness.health)) }
    ask(&turn)
  }

  /// Out of Consul, whatever comes next.
  mutating func leave(_ turn: inout Turn) {
    readiness.cease(&turn)
    registry.withdraw(plan: plan, &turn)
  }

  mutating func elapseReadiness(warns: Bool, _ turn: inout Turn) {
    if let deadline = readiness.probeDeadline, deadline <= turn.now.monotonic {
      turn.emit(.cancelProbe)
      receive(.failing(Service.timedOut), &turn)
    }
    if let next = readiness.nextProbe, next <= turn.now.monotonic { readiness.probe(plan: plan, &turn) }
    if warns, isAwaited, readiness.shouldWarn(at: turn.now) {
      turn.log(.notAccepting(readiness.health, after: readiness.age(at: turn.now)))
    }
  }

  mutating func elapseAttempt(_ turn: inout Turn) {
    if registry.takeAttempt(at: turn.now) { attempt(&turn) }
  }

  /// ETIMEDOUT of errno(3): what a connect that nobody answers ends with.
  private static let timedOut: Int32 = 110

  /// How long until something is due if nothing happens; nil: nothing ever is.
  func timeLeft(at now: Moment) -> Duration? {
    let waking = earlier(readiness.probeDeadline, readiness.nextProbe)
    return earlier(
      registry.nextAttempt.map { $0 - now.boottime },
      earlier(waking, registry.exchange?.deadline).map { $0 - now.monotonic })
  }
}

func earlier(_ one: Duration?, _ other: Duration?) -> Duration? {
  guard let one, let other else { return one ?? other }
  return min(one, other)
}
