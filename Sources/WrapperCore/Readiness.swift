/// The latest probe result, and when to probe again.
struct Readiness: Hashable {
  private var probed: Health
  /// When the process was started; monotonic.
  var startedAt: Duration
  /// The deadline of the pending probe; monotonic.
  var probeDeadline: Duration?
  /// When to probe again, while the process isn't ready yet; monotonic.
  var nextProbe: Duration?
  var hasWarned = false
  /// The process was suspended and not continued yet.
  var isSuspended = false

  init(at now: Timestamps, probes: Bool) {
    startedAt = now.monotonic
    probed = probes ? .failing(0) : .accepting
  }

  var health: Health { isSuspended ? .suspended : probed }
  var isProbing: Bool { probeDeadline != nil }

  mutating func probe(policy: ServicePolicy, _ transition: inout Transition) {
    nextProbe = nil
    probeDeadline = transition.now.monotonic + policy.probeTimeout
    transition.emit(.probe)
  }

  mutating func receive(_ result: Health) {
    probeDeadline = nil
    probed = result
  }

  /// A probe of a process that isn't ready yet is followed by another.
  mutating func scheduleNext(policy: ServicePolicy, at now: Timestamps) {
    let pause = max(Interval.probe(age: now.monotonic - startedAt), policy.probe?.pause ?? .zero)
    nextProbe = now.monotonic + pause
  }

  mutating func stopProbing(_ transition: inout Transition) {
    nextProbe = nil
    cancel(&transition)
  }

  mutating func cancel(_ transition: inout Transition) {
    guard isProbing else { return }
    probeDeadline = nil
    transition.emit(.cancelProbe)
  }

  func age(at now: Timestamps) -> Duration { now.monotonic - startedAt }

  /// True once, when the process has taken so long that a warning is due.
  mutating func shouldWarn(at now: Timestamps) -> Bool {
    guard !hasWarned, age(at: now) >= Interval.readyWarning else { return false }
    hasWarned = true
    return true
  }
}
