@testable import WrapperCore

/// The signals that the process was sent and must still be sent, as seen from outside.
struct ProcessMonitor: Hashable {
  private(set) var status: ExitStatus?
  private(set) var hasExited = false
  /// Stop signals received and not forwarded yet.
  private(set) var held: [Int32] = []
  private var timedOut = false
  private var hasForwardedStop = false
  /// The time since the stop began, rounded to the thresholds that matter.
  private(set) var sinceStop: Duration?
  /// The time since the start, while the process isn't ready; rounded.
  private var age = Duration.zero
  /// The time until KILL.
  private var killDue: Duration?
  private var remaining = RemainingMonitor()

  var isAlive: Bool { status == nil }
  var waitsForRemaining: Bool { remaining.areWaitedFor }

  /// The lists of signals that this transition may send.
  private func allowed(_ transition: Observation, isReady: Bool) -> [[Int32]] {
    let (nothing, heldStops): ([Int32], [Int32]) = ([], stops(held, transition))
    if !isAlive { return [nothing] }
    switch transition.step.event {
    case .process(.ended), .process(.childEnded), .process(.continued): return [nothing]
    case .service(.sent, _), .service(.outdated, _): return [nothing]
    case .process(.suspended(let signal)): return [signal == 20 ? [18] : nothing]
    case .process(.signal(let signal)) where transition.policy.isStop(signal):
      let all = stops(held + missing(signal, transition.policy), transition)
      return transition.wasStopping || missing(signal, transition.policy).isEmpty ? [all] : [all, nothing]
    case .process(.signal(let signal)):
      return [missing(signal, transition.policy).map { transition.policy.sent(for: $0) }]
    case .process(.elapsed) where isTooLate(transition, isReady: isReady):
      return [stops([15], transition) + (transition.policy.stopTimeout == .zero ? [9] : [])]
    case .process(.elapsed) where killDue.map { $0 <= .zero } ?? false: return [[9]]
    case .process(.elapsed) where transition.policy.stopTimeout == .zero:
      return [nothing, heldStops, heldStops + [9]]
    case .process(.elapsed), .service: return [nothing, heldStops]
    }
  }

  private func stops(_ numbers: [Int32], _ transition: Observation) -> [Int32] {
    numbers.flatMap { [transition.policy.sent(for: $0), 18] }
  }

  /// The signals to forward for this one, as received.
  private func missing(_ signal: Signal, _ policy: Policy) -> [Int32] {
    if policy.rewrites[signal.number] == 0 { return [] }
    let hasIt = signal.origin == .terminal && signal.number != 1 && policy.rewrites[signal.number] == nil
    return hasIt ? [] : [signal.number]
  }

  private func isTooLate(_ transition: Observation, isReady: Bool) -> Bool {
    guard !isReady, !transition.wasStopping, let timeout = transition.policy.readyTimeout else {
      return false
    }
    return age >= timeout
  }
}

extension ProcessMonitor {
  /// - Parameter isReady: whether all services were ready before this transition.
  /// - Parameter awaits: whether a deregistration is pending at an agent that can be expected to answer.
  mutating func follow(_ transition: Observation, isReady: Bool, awaits: Bool) -> [Breach] {
    pass(transition.step.duration)
    let sent = transition.processEffects.compactMap {
      if case .signal(let number) = $0 { number } else { nil }
    }
    var breaches = check(sent, transition, isReady: isReady) + checkSuspension(transition)
    breaches += remaining.follow(transition, isAlive: isAlive)
    let wasTooLate = isTooLate(transition, isReady: isReady)
    let isSecondStop = if case .process(.signal) = transition.step.event { !held.isEmpty } else { false }
    if awaits && !isSecondStop && transition.step.event != .elapsed
      && (forwardsStop(sent, transition) || transition.beginsToDrain)
    {
      breaches.append(.forwardsTooEarly)
    }
    apply(transition.step.event, sent, transition.policy)
    timedOut = timedOut || wasTooLate
    if !held.isEmpty && !awaits && transition.policy.drain == .zero { breaches.append(.holdsWithoutReason) }
    if transition.isStopping && sinceStop == nil && isAlive { sinceStop = .zero }
    if transition.isStopping && held.isEmpty { beginStop(transition.policy) }
    if sent.contains(9) { killDue = nil }
    if transition.isStopping { age = .zero }
    return breaches + follow(exits: transition.processEffects, transition.policy)
  }

  private mutating func pass(_ duration: Duration) {
    age += duration
    sinceStop = sinceStop.map { $0 + duration }
    killDue = killDue.map { $0 - duration }
  }

  private func check(_ sent: [Int32], _ transition: Observation, isReady: Bool) -> [Breach] {
    if allowed(transition, isReady: isReady).contains(sent) { return [] }
    if !isAlive { return [.signalsAfterEnd] }
    let killIsDue = killDue.map { $0 <= .zero } ?? false
    if sent.contains(9) && !killIsDue { return [.killsTooEarly] }
    return [killIsDue && !sent.contains(9) ? .doesNotKill : .signalsWrongly]
  }

  private func checkSuspension(_ transition: Observation) -> [Breach] {
    let suspends = transition.processEffects.filter { if case .suspendSelf = $0 { true } else { false } }
    guard case .process(.suspended(let signal)) = transition.step.event, isAlive, signal != 19 else {
      return suspends.isEmpty ? [] : [.suspendsWrongly]
    }
    return suspends == [.suspendSelf(signal)] ? [] : [.suspendsWrongly]
  }

  /// Whether a held or just received stop signal is forwarded.
  private func forwardsStop(_ sent: [Int32], _ transition: Observation) -> Bool {
    guard !transition.wasStopping || !held.isEmpty else { return false }
    return isAlive && forwards(transition.step.event, sent, transition.policy)
  }

  /// After Ctrl-Z the process only gets CONT, and a received CONT is forwarded too.
  private func forwards(_ event: Event, _ sent: [Int32], _ policy: Policy) -> Bool {
    switch event {
    case .process(.suspended): false
    case .process(.signal(let signal)) where !policy.isStop(signal): false
    default: sent.contains(18)
    }
  }

  private mutating func apply(_ event: Event, _ sent: [Int32], _ policy: Policy) {
    switch event {
    case .process(.signal(let signal)) where isAlive && policy.isStop(signal) && sent.isEmpty:
      held += missing(signal, policy)
    case .process(.ended(let status, _)) where isAlive:
      self.status = status
      held = []
    case .process, .service: break
    }
    if forwards(event, sent, policy) { held = [] }
  }

  private mutating func beginStop(_ policy: Policy) {
    if !hasForwardedStop { killDue = policy.stopTimeout ?? (timedOut ? .seconds(10) : nil) }
    hasForwardedStop = true
  }

  private mutating func follow(exits effects: [ProcessEffect], _ policy: Policy) -> [Breach] {
    var breaches: [Breach] = []
    for effect in effects {
      if hasExited { breaches.append(.actsAfterExit) }
      guard case .exit(let code) = effect else { continue }
      if isAlive { breaches.append(.exitsWhileProcessLives) }
      if remaining.areWaitedFor { breaches.append(.exitsWhileRemainingHaveTime) }
      if code != expectedCode(policy) { breaches.append(.exitsWithWrongStatus) }
      hasExited = true
    }
    return breaches
  }

  private func expectedCode(_ policy: Policy) -> Int32? {
    switch status {
    case nil: nil
    case _ where timedOut: 124
    case .exited(let code): policy.expectedExits.contains(code) ? 0 : code
    case .killed(let signal): 128 + signal
    }
  }

  /// With its times rounded as the machine's own.
  func coarse(_ policy: Policy, isReady: Bool) -> ProcessMonitor {
    var monitor = self
    monitor.age = isReady ? .zero : floor(age, to: Readiness.ages)
    monitor.remaining = remaining.coarse(policy)
    monitor.sinceStop = isAlive ? sinceStop.map { floor($0, to: [2.5, 3]) } : nil
    monitor.killDue = isAlive ? killDue.map { due($0, of: policy.stopTimeout ?? .seconds(10)) } : nil
    return monitor
  }
}
