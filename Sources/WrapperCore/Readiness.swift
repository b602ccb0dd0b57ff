/// What the probe says, and when to ask it again.
struct Readiness: Hashable {
  private var probed: Health
  /// Since when the process has been given time to become ready; monotonic.
  var startedAt: Duration
  /// When the probe under way is given up; monotonic.
  var probeDeadline: Duration?
  /// When to probe again, while the process isn't ready yet; monotonic.
  var nextProbe: Duration?
  var hasWarned = false
  /// The process was stopped and didn't go on yet.
  var isStopped = false

  init(at now: Moment, probes: Bool) {
    startedAt = now.monotonic
    probed = probes ? .failing(0) : .accepting
  }

  var health: Health { isStopped ? .stopped : probed }
  var isProbing: Bool { probeDeadline != nil }

  mutating func probe(plan: ServicePlan, _ turn: inout Turn) {
    nextProbe = nil
    probeDeadline = turn.now.monotonic + plan.probeTimeout
    turn.emit(.probe)
  }

  mutating func receive(_ result: Health) {
    probeDeadline = nil
    probed = result
  }

  /// A probe of a process that isn't ready yet is followed by another.
  mutating func scheduleNext(plan: ServicePlan, at now: Moment) {
    let pause = max(Interval.probe(age: now.monotonic - startedAt), plan.probe?.pause ?? .zero)
    nextProbe = now.monotonic + pause
  }

  mutating func cease(_ turn: inout Turn) {
    nextProbe = nil
    cancel(&turn)
  }

  mutating func cancel(_ turn: inout Turn) {
    guard isProbing else { return }
    probeDeadline = nil
    turn.emit(.cancelProbe)
  }

  func age(at now: Moment) -> Duration { now.monotonic - startedAt }

  /// True once, when the process has been waited for so long that people should know.
  mutating func shouldWarn(at now: Moment) -> Bool {
    guard !hasWarned, age(at: now) >= Interval.readyWarning else { return false }
    hasWarned = true
    return true
  }
}
