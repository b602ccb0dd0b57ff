@testable import WrapperCore

/// What the process has been sent and what is owed to it, as far as can be seen from outside.
struct ProcessMonitor: Hashable {
  private(set) var status: ExitStatus?
  private(set) var hasExited = false
  /// Stop signals received and not forwarded yet.
  private(set) var held: [Int32] = []
  private var timedOut = false
  private var isStopping = false
  /// Since it was to stop, up to what is of interest.
  private(set) var sinceStop: Duration?
  /// Since the start, while that matters; coarse.
  private var age = Duration.zero
  /// Until the KILL.
  private var killDue: Duration?
  private var remaining = RemainingMonitor()

  var isAlive: Bool { status == nil }
  var waitsForRemaining: Bool { remaining.areWaitedFor }

  /// What this turn may send the process: one of these.
  private func allowed(_ transition: Observation, isReady: Bool) -> [[Int32]] {
    let (nothing, whatIsHeld): ([Int32], [Int32]) = ([], stops(held, transition))
    if !isAlive { return [nothing] }
    switch transition.step.event {
    case .ended, .childEnded, .continued, .sent, .outdated: return [nothing]
    case .suspended(let signal): return [signal == 20 ? [18] : nothing]
    case .signal(let signal) where transition.policy.isStop(signal):
      let all = stops(held + missing(signal, transition.policy), transition)
      return transition.wasWithdrawn || missing(signal, transition.policy).isEmpty ? [all] : [all, nothing]
    case .signal(let signal):
      return [missing(signal, transition.policy).map { transition.policy.sent(for: $0) }]
    case .elapsed where isTooLate(transition, isReady: isReady):
      return [stops([15], transition) + (transition.policy.stopTimeout == .zero ? [9] : [])]
    case .elapsed where killDue.map { $0 <= .zero } ?? false: return [[9]]
    case .elapsed where transition.policy.stopTimeout == .zero:
      return [nothing, whatIsHeld, whatIsHeld + [9]]
    case .elapsed, .probed, .answered, .lost: return [nothing, whatIsHeld]
    }
  }

  private func stops(_ numbers: [Int32], _ transition: Observation) -> [Int32] {
    numbers.flatMap { [transition.policy.sent(for: $0), 18] }
  }

  /// What it still has to be sent, as received.
  private func missing(_ signal: Signal, _ policy: Policy) -> [Int32] {
    if policy.rewrites[signal.number] == 0 { return [] }
    let hasIt = signal.origin == .terminal && signal.number != 1 && policy.rewrites[signal.number] == nil
    return hasIt ? [] : [signal.number]
  }

  private func isTooLate(_ transition: Observation, isReady: Bool) -> Bool {
    guard !isReady, !transition.wasWithdrawn, let timeout = transition.policy.readyTimeout else {
      return false
    }
    return age >= timeout
  }
}

extension ProcessMonitor {
  /// - Parameter isReady: whether all services were, before this turn.
  /// - Parameter awaits: whether the answer to a deregistration is worth waiting for.
  mutating func follow(_ transition: Observation, isReady: Bool, awaits: Bool) -> [Breach] {
    pass(transition.step.duration)
    let sent = transition.effects.compactMap { if case .signal(let number) = $0 { number } else { nil } }
    var breaches = judge(sent, transition, isReady: isReady) + judgeSuspension(transition)
    breaches += remaining.follow(transition, isAlive: isAlive)
    let wasTooLate = isTooLate(transition, isReady: isReady)
    let isHaste = if case .signal = transition.step.event { !held.isEmpty } else { false }
    if awaits && !isHaste && transition.step.event != .elapsed
      && (forwardsStop(sent, transition) || transition.beginsToDrain)
    {
      breaches.append(.forwardsTooEarly)
    }
    take(transition.step.event, sent, transition.policy)
    timedOut = timedOut || wasTooLate
    if !held.isEmpty && !awaits && transition.policy.drain == .zero { breaches.append(.holdsForNothing) }
    if transition.isWithdrawn && sinceStop == nil && isAlive { sinceStop = .zero }
    if transition.isWithdrawn && held.isEmpty { beginStop(transition.policy) }
    if sent.contains(9) { killDue = nil }
    if transition.isWithdrawn { age = .zero }
    return breaches + follow(exits: transition.effects, transition.policy)
  }

  private mutating func pass(_ duration: Duration) {
    age += duration
    sinceStop = sinceStop.map { $0 + duration }
    killDue = killDue.map { $0 - duration }
  }

  private func judge(_ sent: [Int32], _ transition: Observation, isReady: Bool) -> [Breach] {
    if allowed(transition, isReady: isReady).contains(sent) { return [] }
    if !isAlive { return [.signalsAfterEnd] }
    let killIsDue = killDue.map { $0 <= .zero } ?? false
    if sent.contains(9) && !killIsDue { return [.killsTooEarly] }
    return [killIsDue && !sent.contains(9) ? .doesNotKill : .signalsWrongly]
  }

  private func judgeSuspension(_ transition: Observation) -> [Breach] {
    let suspends = transition.effects.filter { if case .suspendSelf = $0 { true } else { false } }
    guard case .suspended(let signal) = transition.step.event, isAlive, signal != 19 else {
      return suspends.isEmpty ? [] : [.suspendsWrongly]
    }
    return suspends == [.suspendSelf(signal)] ? [] : [.suspendsWrongly]
  }

  /// Whether a stop signal was held back until now, or has just come.
  private func forwardsStop(_ sent: [Int32], _ transition: Observation) -> Bool {
    guard !transition.wasWithdrawn || !held.isEmpty else { return false }
    return isAlive && forwards(transition.step.event, sent, transition.policy)
  }

  /// What was stopped by the terminal is only continued, and CONT may be anybody's signal.
  private func forwards(_ event: Event, _ sent: [Int32], _ policy: Policy) -> Bool {
    switch event {
    case .suspended: false
    case .signal(let signal) where !policy.isStop(signal): false
    default: sent.contains(18)
    }
  }

  private mutating func take(_ event: Event, _ sent: [Int32], _ policy: Policy) {
    switch event {
    case .signal(let signal) where isAlive && policy.isStop(signal) && sent.isEmpty:
      held += missing(signal, policy)
    case .ended(let status, _) where isAlive:
      self.status = status
      held = []
    case .signal, .ended, .childEnded, .suspended, .continued, .outdated, .probed, .sent, .answered, .lost,
      .elapsed:
      break
    }
    if forwards(event, sent, policy) { held = [] }
  }

  private mutating func beginStop(_ policy: Policy) {
    if !isStopping { killDue = policy.stopTimeout ?? (timedOut ? .seconds(10) : nil) }
    isStopping = true
  }

  private mutating func follow(exits effects: [Effect], _ policy: Policy) -> [Breach] {
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

  /// Times made as coarse as the machine's own.
  func coarse(_ policy: Policy, isReady: Bool) -> ProcessMonitor {
    var watch = self
    watch.age = isReady ? .zero : floor(age, to: Readiness.ages)
    watch.remaining = remaining.coarse(policy)
    watch.sinceStop = isAlive ? sinceStop.map { floor($0, to: [2.5, 3]) } : nil
    watch.killDue = isAlive ? killDue.map { due($0, of: policy.stopTimeout ?? .seconds(10)) } : nil
    return watch
  }
}
