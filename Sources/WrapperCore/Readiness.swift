/// The latest probe result, and when to probe again.
struct Readiness: Hashable {
  let policy: ServicePolicy
  private var result: Health
  /// When the process was started; monotonic.
  var startedAt: Duration
  /// The deadline of the pending probe; monotonic.
  var probeDeadline: Duration?
  /// When to probe again, while the process isn't ready yet; monotonic.
  var nextProbe: Duration?
  var hasWarned = false
  /// The process was suspended and not continued yet.
  var isSuspended = false

  init(_ policy: ServicePolicy, at now: Timestamps) {
    self.policy = policy
    startedAt = now.monotonic
    result = policy.probe == nil ? .accepting : .failing(0)
  }

  var hasProbe: Bool { policy.probe != nil }
  var isProbing: Bool { probeDeadline != nil }
  var health: Health { isSuspended ? .suspended : result }
  func age(at now: Timestamps) -> Duration { now.monotonic - startedAt }

  mutating func probe(_ transition: inout ServiceTransition) {
    nextProbe = nil
    probeDeadline = transition.now.monotonic + policy.probeTimeout
    transition.emit(.probe)
  }

  mutating func probed(_ health: Health) {
    probeDeadline = nil
    result = health
  }

  /// A probe of a process that isn't ready yet is followed by another.
  mutating func scheduleNext(at now: Timestamps) {
    nextProbe = now.monotonic + max(Interval.probe(age: age(at: now)), policy.probe?.pause ?? .zero)
  }

  mutating func cancel(_ transition: inout ServiceTransition) {
    guard isProbing else { return }
    probeDeadline = nil
    transition.emit(.cancelProbe)
  }
}
