// What is to be done next, whatever happened.

extension Watch {
  mutating func proceed(_ turn: inout Turn) {
    if case .away(let until) = stream, until <= turn.now {
      stream = .subscribing(patience: turn.now + WatchPlan.enginePatience)
      turn.emit(.subscribe)
    }
    askAgent(&turn)
    askEngine(&turn)
    if isStreamGone, query == nil, comparison == nil { leaveEngine(&turn) }
  }

  private mutating func askEngine(_ turn: inout Turn) {
    guard query == nil, let next = nextQuery(turn.now) else { return }
    query = Waiting(subject: next, deadline: turn.now + WatchPlan.enginePatience)
    turn.emit(.ask(next))
  }

  private func nextQuery(_ now: Duration) -> EngineQuery? {
    switch stream {
    case .away, .subscribing: return nil
    case .listing: return .list
    case .open: break
    }
    // Nothing may come between the engine's answer and what follows from it.
    if let suspect, request == nil, agentPause <= now { return .inspect(suspect.container) }
    if isStreamGone { return nil }
    if nextList <= now { return .list }
    return unexplored.map { .inspect($0) }
  }

  private var suspect: Entry? {
    guard let comparison, comparison.isComplete, comparison.dead == nil, comparison.verified == nil else {
      return nil
    }
    return comparison.suspects.first
  }

  /// A container of which it isn't known yet what is to be registered for it.
  var unexplored: String? {
    plan.registers ? running.first { $0.value == .notYet }?.key : nil
  }

  private mutating func askAgent(_ turn: inout Turn) {
    guard request == nil, stream == .open, agentPause <= turn.now else { return }
    takeSurelyDead(turn.now)
    takeCritical()
    if let comparison, comparison.isComplete, nextRequest(comparison) == nil,
      suspect == nil || isOutdated(turn.now)
    {
      self.comparison = nil
    }
    if let comparison {
      if let next = nextRequest(comparison) { send(next, &turn) }
    } else if nextComparison <= turn.now {
      comparison = Comparison()
      nextComparison = turn.now + plan.comparing
      send(.look, &turn)
    }
  }

  /// What the engine is slow to tell of one holds up no other whose end was heard meanwhile.
  private func isOutdated(_ now: Duration) -> Bool { canBeOutdated && nextComparison <= now }

  private var canBeOutdated: Bool { comparison.map { $0.isOutdated } ?? false && !isStreamGone }

  /// One about which the engine needn't be asked.
  private mutating func takeSurelyDead(_ now: Duration) {
    guard let comparison, comparison.isComplete, comparison.dead == nil, comparison.verified == nil else {
      return
    }
    for (place, entry) in comparison.suspects.enumerated() {
      guard let until = surelyDead(entry), now < until, !hasReturned(entry) else { continue }
      self.comparison?.suspects.remove(at: place)
      self.comparison?.dead = entry
      self.comparison?.surelyUntil = until
      return
    }
  }

  /// One that no engine need be asked about either: a living wrapper would have kept its check passing.
  private mutating func takeCritical() {
    guard let comparison, let critical = comparison.critical, comparison.dead == nil,
      comparison.verified == nil
    else { return }
    let isCritical = { (entry: Entry) in critical.contains { isSame($0, entry.id) } }
    guard let place = comparison.unconfirmed.firstIndex(where: isCritical) else { return }
    self.comparison?.dead = comparison.unconfirmed[place]
    self.comparison?.unconfirmed.remove(at: place)
  }

  /// Until when, as long as we would hear of its start.
  private func surelyDead(_ entry: Entry) -> Duration? {
    guard !isStreamGone, let death = deaths[entry.container] else { return nil }
    let isOurs = entry.registration != nil && death.endsOurs
    return isOurs ? death.heard + WatchPlan.remembered : death.surelyUntil
  }

  private func nextRequest(_ comparison: Comparison) -> AgentRequest? {
    guard comparison.isComplete else { return nil }
    if let verified = comparison.verified { return .deregister(verified) }
    if let dead = comparison.dead { return .verify(dead) }
    if !comparison.suspects.isEmpty { return nil }
    if !comparison.unconfirmed.isEmpty, comparison.critical == nil { return .listCritical }
    let isOpen = { (id: String) in !comparison.givenUp.contains { isSame($0, id) } }
    if let misnamed = comparison.misnamed.first(where: { isOpen($0.id) }) { return .verify(misnamed) }
    for explored in running.values {
      guard case .wanted(let wanted, _) = explored else { continue }
      for one in wanted where isOpen(one.id) {
        let isDue = !comparison.own.contains(one) || !renewed.contains(one.id)
        if isDue && !isTaken(one, comparison) { return .register(one) }
      }
    }
    return nil
  }

  /// Whether another that runs is registered under its ID: they would overwrite each other for ever.
  private func isTaken(_ one: Registration, _ comparison: Comparison) -> Bool {
    guard let holder = comparison.own.first(where: { isSame($0.id, one.id) }), holder != one else {
      return false
    }
    return running.values.contains { $0.wanted.contains(holder) }
  }

  private mutating func send(_ next: AgentRequest, _ turn: inout Turn) {
    if case .register = next { lastRegistered = turn.now }
    if next == .listCritical { comparison?.critical = [] }
    request = Waiting(subject: next, deadline: turn.now + WatchPlan.agentPatience)
    turn.emit(.send(next))
  }

  /// The time left until something is due that no event brings about; nil: nothing is.
  public func timeLeft(at now: Duration) -> Duration? {
    if let end { return max(end - now, .zero) }
    var due = [query?.deadline, request?.deadline].compactMap { $0 }
    switch stream {
    case .away(let until), .subscribing(let until): due.append(until)
    case .listing: break
    case .open:
      if query == nil, !isStreamGone { due.append(nextList) }
      if request == nil, comparison == nil || canBeOutdated { due.append(max(nextComparison, agentPause)) }
    }
    return due.min().map { max($0 - now, .zero) }
  }
}

// MARK: The end
extension Watch {
  /// At once, unless our own registrations are to be taken out.
  mutating func stop(_ turn: inout Turn) {
    if end != nil { return }
    end = turn.now + WatchPlan.ending
    // It may have been registered all the same.
    if case .register(let registration) = request?.subject, !own.contains(registration) {
      own.append(registration)
    }
    if request != nil { turn.emit(.dropRequest) }
    (request, comparison) = (nil, nil)
  }

  func isOver(_ now: Duration) -> Bool {
    guard let end else { return false }
    return !plan.withdraws || own.isEmpty || end <= now
  }

  mutating func proceedToEnd(_ turn: inout Turn) {
    if request != nil, !isOver(turn.now) { return }
    // Whatever the last answer was, the next is asked for: there is no time to try again.
    if plan.withdraws, let next = own.first, !isOver(turn.now), agentFailures == 0 {
      let entry = Entry(id: next.id, container: "", registration: next)
      return send(.deregister(entry), &turn)
    }
    turn.log(.leaving(registrations: own.count))
    turn.emit(.exit)
  }
}
