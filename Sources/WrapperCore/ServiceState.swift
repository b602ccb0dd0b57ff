/// One service of the process: its readiness and its registration.
struct ServiceState: Hashable {
  let policy: ServicePolicy
  var registry = Registry()
  var readiness: Readiness

  init(_ policy: ServicePolicy, at now: Timestamps) {
    self.policy = policy
    readiness = Readiness(at: now, probes: policy.probe != nil)
  }

  /// Whether the process isn't ready yet.
  var isAwaited: Bool { registry.wanted == .nothingYet }

  /// Looks for an earlier run's entry while the process becomes ready.
  mutating func start(_ transition: inout Transition) {
    if policy.probe == nil { return serve(&transition) }
    ask(&transition)
    readiness.probe(policy: policy, &transition)
  }

  private mutating func serve(_ transition: inout Transition) {
    registry.want(at: transition.now)
    ask(&transition)
  }

  mutating func ask(_ transition: inout Transition) {
    registry.ask(policy: policy, health: readiness.health, &transition)
  }

  /// A heartbeat or a retry; while the service is registered, a fresh probe precedes it.
  mutating func attempt(_ transition: inout Transition) {
    if registry.wanted == .present, policy.probe != nil, !readiness.isSuspended {
      if !readiness.isProbing { readiness.probe(policy: policy, &transition) }
    } else {
      ask(&transition)
    }
  }

  mutating func receive(_ health: Health, _ transition: inout Transition) {
    guard readiness.isProbing else { return }
    let before = readiness.health
    readiness.receive(health)
    switch (registry.wanted, readiness.health) {
    case (.nothingYet, .accepting): serve(&transition)
    case (.nothingYet, _): readiness.scheduleNext(policy: policy, at: transition.now)
    case (.present, _): reportHealth(before, &transition)
    case (.absent, _): break
    }
  }

  /// Only the kernel accepts for a suspended process, so it is critical at once.
  mutating func suspend(_ transition: inout Transition) {
    let before = readiness.health
    readiness.isSuspended = true
    guard registry.wanted == .present else { return }
    readiness.cancel(&transition)
    reportHealth(before, &transition)
  }

  mutating func resume(_ transition: inout Transition) {
    guard readiness.isSuspended else { return }
    let before = readiness.health
    readiness.isSuspended = false
    guard registry.wanted == .present else { return }
    if policy.probe == nil { return reportHealth(before, &transition) }
    // Keep the former health until the probe's result.
    readiness.receive(before)
    readiness.probe(policy: policy, &transition)
  }

  private mutating func reportHealth(_ before: Health, _ transition: inout Transition) {
    if readiness.health != before { transition.log(.healthChanged(readiness.health)) }
    ask(&transition)
  }

  /// Deregisters from Consul, for good.
  mutating func deregister(_ transition: inout Transition) {
    readiness.stopProbing(&transition)
    registry.deregister(policy: policy, &transition)
  }

  mutating func elapseReadiness(warns: Bool, _ transition: inout Transition) {
    if let deadline = readiness.probeDeadline, deadline <= transition.now.monotonic {
      transition.emit(.cancelProbe)
      receive(.failing(ServiceState.timedOut), &transition)
    }
    if let next = readiness.nextProbe, next <= transition.now.monotonic {
      readiness.probe(policy: policy, &transition)
    }
    if warns, isAwaited, readiness.shouldWarn(at: transition.now) {
      transition.log(.notAccepting(readiness.health, after: readiness.age(at: transition.now)))
    }
  }

  mutating func elapseAttempt(_ transition: inout Transition) {
    if registry.takeAttempt(at: transition.now) { attempt(&transition) }
  }

  /// ETIMEDOUT of errno(3), as for a connect without an answer.
  private static let timedOut: Int32 = 110

  /// The time until the next deadline; nil if there is none.
  func timeLeft(at now: Timestamps) -> Duration? {
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
