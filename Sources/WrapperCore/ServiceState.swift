/// One service of the process: its readiness and its registration.
struct ServiceState: Hashable {
  var readiness: Readiness
  var registry: Registry

  init(_ policy: ServicePolicy, at now: Timestamps) {
    readiness = Readiness(policy, at: now)
    registry = Registry(policy)
  }

  /// Whether the process isn't ready yet.
  var isAwaited: Bool { registry.wanted == .nothingYet }

  /// Looks for an earlier run's entry while the process becomes ready.
  mutating func start(_ transition: inout ServiceTransition) {
    if !readiness.hasProbe { return registry.becameReady(&transition) }
    ask(&transition)
    readiness.probe(&transition)
  }

  mutating func ask(_ transition: inout ServiceTransition) {
    registry.ask(health: readiness.health, &transition)
  }

  mutating func handle(_ event: ServiceEvent, _ transition: inout ServiceTransition) {
    switch event {
    case .probed(let health): probed(health, &transition)
    case .sent: registry.sent(at: transition.now)
    case .outdated: registry.outdated()
    case .answered(let answer): registry.answered(answer, health: readiness.health, &transition)
    case .lost(let failure): registry.lost(failure, &transition)
    }
  }

  private mutating func probed(_ health: Health, _ transition: inout ServiceTransition) {
    guard readiness.isProbing else { return }
    let before = readiness.health
    readiness.probed(health)
    switch (registry.wanted, readiness.health) {
    case (.nothingYet, .accepting): registry.becameReady(&transition)
    case (.nothingYet, _): readiness.scheduleNext(at: transition.now)
    case (.present, _): reportHealth(before, &transition)
    case (.absent, _): break
    }
  }

  /// Only the kernel accepts for a suspended process, so it is critical at once.
  mutating func suspended(_ transition: inout ServiceTransition) {
    let before = readiness.health
    readiness.isSuspended = true
    guard registry.wanted == .present else { return }
    readiness.cancel(&transition)
    reportHealth(before, &transition)
  }

  mutating func continued(_ transition: inout ServiceTransition) {
    guard readiness.isSuspended else { return }
    let before = readiness.health
    readiness.isSuspended = false
    guard registry.wanted == .present else { return }
    if !readiness.hasProbe { return reportHealth(before, &transition) }
    // Keep the former health until the probe's result.
    readiness.probed(before)
    readiness.probe(&transition)
  }

  private mutating func reportHealth(_ before: Health, _ transition: inout ServiceTransition) {
    if readiness.health != before { transition.log(.healthChanged(readiness.health)) }
    ask(&transition)
  }

  /// Deregisters from Consul, for good.
  mutating func deregister(_ transition: inout ServiceTransition) {
    readiness.nextProbe = nil
    readiness.cancel(&transition)
    registry.deregister(&transition)
  }

  mutating func readinessElapsed(warns: Bool, _ transition: inout ServiceTransition) {
    if let deadline = readiness.probeDeadline, deadline <= transition.now.monotonic {
      transition.emit(.cancelProbe)
      // ETIMEDOUT of errno(3), as for a connect without an answer.
      probed(.failing(110), &transition)
    }
    if let next = readiness.nextProbe, next <= transition.now.monotonic { readiness.probe(&transition) }
    let age = readiness.age(at: transition.now)
    if warns, isAwaited, !readiness.hasWarned, age >= Interval.readyWarning {
      readiness.hasWarned = true
      transition.log(.notAccepting(readiness.health, after: age))
    }
  }

  /// A heartbeat or a retry may be due; while the service is registered, a fresh probe precedes it.
  mutating func registryElapsed(_ transition: inout ServiceTransition) {
    guard registry.takeAttempt(at: transition.now) else { return }
    if registry.wanted == .present, readiness.hasProbe, !readiness.isSuspended {
      if !readiness.isProbing { readiness.probe(&transition) }
    } else {
      ask(&transition)
    }
  }

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
