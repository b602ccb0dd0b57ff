@testable import WrapperCore

/// What the process has been sent and what is owed to it, as far as can be seen from outside.
struct ProcessWatch: Hashable {
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
  private var others = OthersWatch()

  var isAlive: Bool { status == nil }
  var waitsForOthers: Bool { others.areWaitedFor }

  /// What this turn may send the process: one of these.
  private func allowed(_ turn: Observation, isReady: Bool) -> [[Int32]] {
    let (nothing, whatIsHeld): ([Int32], [Int32]) = ([], stops(held, turn))
    if !isAlive { return [nothing] }
    switch turn.step.event {
    case .ended, .otherEnded, .continued, .sent, .outdated: return [nothing]
    case .stopped(let signal): return [signal == 20 ? [18] : nothing]
    case .signal(let signal) where turn.plan.isStop(signal):
      let all = stops(held + missing(signal, turn.plan), turn)
      return turn.wasWithdrawn || missing(signal, turn.plan).isEmpty ? [all] : [all, nothing]
    case .signal(let signal): return [missing(signal, turn.plan).map { turn.plan.sent(for: $0) }]
    case .elapsed where isTooLate(turn, isReady: isReady):
      return [stops([15], turn) + (turn.plan.stopTimeout == .zero ? [9] : [])]
    case .elapsed where killDue.map { $0 <= .zero } ?? false: return [[9]]
    case .elapsed where turn.plan.stopTimeout == .zero: return [nothing, whatIsHeld, whatIsHeld + [9]]
    case .elapsed, .probed, .answered, .lost: return [nothing, whatIsHeld]
    }
  }

  private func stops(_ numbers: [Int32], _ turn: Observation) -> [Int32] {
    numbers.flatMap { [turn.plan.sent(for: $0), 18] }
  }

  /// What it still has to be sent, as received.
  private func missing(_ signal: Signal, _ plan: Plan) -> [Int32] {
    if plan.rewrites[signal.number] == 0 { return [] }
    let hasIt = signal.origin == .terminal && signal.number != 1 && plan.rewrites[signal.number] == nil
    return hasIt ? [] : [signal.number]
  }

  private func isTooLate(_ turn: Observation, isReady: Bool) -> Bool {
    guard !isReady, !turn.wasWithdrawn, let timeout = turn.plan.readyTimeout else { return false }
    return age >= timeout
  }
}

extension ProcessWatch {
  /// - Parameter isReady: whether all services were, before this turn.
  /// - Parameter awaits: whether the answer to a deregistration is worth waiting for.
  mutating func follow(_ turn: Observation, isReady: Bool, awaits: Bool) -> [Breach] {
    pass(turn.step.duration)
    let sent = turn.effects.compactMap { if case .signal(let number) = $0 { number } else { nil } }
    var breaches = judge(sent, turn, isReady: isReady) + judgeSuspension(turn)
    breaches += others.follow(turn, isAlive: isAlive)
    let wasTooLate = isTooLate(turn, isReady: isReady)
    let isHaste = if case .signal = turn.step.event { !held.isEmpty } else { false }
    if awaits && !isHaste && turn.step.event != .elapsed && (forwardsStop(sent, turn) || turn.beginsToDrain) {
      breaches.append(.forwardsTooEarly)
    }
    take(turn.step.event, sent, turn.plan)
    timedOut = timedOut || wasTooLate
    if !held.isEmpty && !awaits && turn.plan.drain == .zero { breaches.append(.holdsForNothing) }
    if turn.isWithdrawn && sinceStop == nil && isAlive { sinceStop = .zero }
    if turn.isWithdrawn && held.isEmpty { beginStop(turn.plan) }
    if sent.contains(9) { killDue = nil }
    if turn.isWithdrawn { age = .zero }
    return breaches + follow(exits: turn.effects, turn.plan)
  }

  private mutating func pass(_ duration: Duration) {
    age += duration
    sinceStop = sinceStop.map { $0 + duration }
    killDue = killDue.map { $0 - duration }
  }

  private func judge(_ sent: [Int32], _ turn: Observation, isReady: Bool) -> [Breach] {
    if allowed(turn, isReady: isReady).contains(sent) { return [] }
    if !isAlive { return [.signalsTheDead] }
    let killIsDue = killDue.map { $0 <= .zero } ?? false
    if sent.contains(9) && !killIsDue { return [.killsTooEarly] }
    return [killIsDue && !sent.contains(9) ? .doesNotKill : .signalsWrongly]
  }

  private func judgeSuspension(_ turn: Observation) -> [Breach] {
    let suspends = turn.effects.filter { if case .suspend = $0 { true } else { false } }
    guard case .stopped(let signal) = turn.step.event, isAlive, signal != 19 else {
      return suspends.isEmpty ? [] : [.suspendsWrongly]
    }
    return suspends == [.suspend(signal)] ? [] : [.suspendsWrongly]
  }

  /// Whether a stop signal was held back until now, or has just come.
  private func forwardsStop(_ sent: [Int32], _ turn: Observation) -> Bool {
    guard !turn.wasWithdrawn || !held.isEmpty else { return false }
    return isAlive && forwards(turn.step.event, sent, turn.plan)
  }

  /// What was stopped by the terminal is only continued, and CONT may be anybody's signal.
  private func forwards(_ event: Event, _ sent: [Int32], _ plan: Plan) -> Bool {
    switch event {
    case .stopped: false
    case .signal(let signal) where !plan.isStop(signal): false
    default: sent.contains(18)
    }
  }

  private mutating func take(_ event: Event, _ sent: [Int32], _ plan: Plan) {
    switch event {
    case .signal(let signal) where isAlive && plan.isStop(signal) && sent.isEmpty:
      held += missing(signal, plan)
    case .ended(let status, _) where isAlive:
      self.status = status
      held = []
    case .signal, .ended, .otherEnded, .stopped, .continued, .outdated, .probed, .sent, .answered, .lost,
      .elapsed:
      break
    }
    if forwards(event, sent, plan) { held = [] }
  }

  private mutating func beginStop(_ plan: Plan) {
    if !isStopping { killDue = plan.stopTimeout ?? (timedOut ? .seconds(10) : nil) }
    isStopping = true
  }

  private mutating func follow(exits effects: [Effect], _ plan: Plan) -> [Breach] {
    var breaches: [Breach] = []
    for effect in effects {
      if hasExited { breaches.append(.actsAfterExit) }
      guard case .exit(let code) = effect else { continue }
      if isAlive { breaches.append(.exitsWhileProcessLives) }
      if others.areWaitedFor { breaches.append(.exitsWhileOthersHaveTime) }
      if code != expectedCode(plan) { breaches.append(.exitsWithWrongStatus) }
      hasExited = true
    }
    return breaches
  }

  private func expectedCode(_ plan: Plan) -> Int32? {
    switch status {
    case nil: nil
    case _ where timedOut: 124
    case .exited(let code): plan.expectedExits.contains(code) ? 0 : code
    case .killed(let signal): 128 + signal
    }
  }

  /// Times made as coarse as the machine's own.
  func coarse(_ plan: Plan, isReady: Bool) -> ProcessWatch {
    var watch = self
    watch.age = isReady ? .zero : floor(age, to: Readiness.ages)
    watch.others = others.coarse(plan)
    watch.sinceStop = isAlive ? sinceStop.map { floor($0, to: [2.5, 3]) } : nil
    watch.killDue = isAlive ? killDue.map { due($0, of: plan.stopTimeout ?? .seconds(10)) } : nil
    return watch
  }
}
