// What is done next, independent of the event.

extension WatcherMachine {
  mutating func schedule(_ transition: inout WatcherTransition) {
    if case .away(let until) = stream, until <= transition.now {
      stream = .subscribing(deadline: transition.now + WatcherPolicy.engineTimeout)
      transition.emit(.subscribe)
    }
    sendToAgent(&transition)
    sendToEngine(&transition)
    if isStreamGone, engineRequest == nil, comparison == nil { disconnectEngine(&transition) }
  }

  private mutating func sendToEngine(_ transition: inout WatcherTransition) {
    guard engineRequest == nil, let next = nextEngineRequest(transition.now) else { return }
    let deadline = next == .identify ? WatcherPolicy.identityTimeout : WatcherPolicy.engineTimeout
    engineRequest = PendingRequest(subject: next, deadline: transition.now + deadline)
    transition.emit(.sendToEngine(next))
  }

  private func nextEngineRequest(_ now: Duration) -> EngineRequest? {
    switch stream {
    case .away, .subscribing: return nil
    case .identifying: return .identify
    case .listing: return .list
    case .open: break
    }
    // No other request may come between the engine's answer and the removal that follows from it.
    if let suspect, agentRequest == nil, agentPause <= now { return .inspect(suspect.container) }
    if isStreamGone { return nil }
    if nextList <= now { return .list }
    return uninspected.map { .inspect($0) }
  }

  private var suspect: AgentEntry? {
    guard let comparison, comparison.isComplete, comparison.dead == nil, comparison.verified == nil else {
      return nil
    }
    return comparison.suspects.first
  }

  /// A running container that hasn't been inspected yet.
  var uninspected: String? {
    policy.registers ? running.first { $0.value == .pending }?.key : nil
  }

  private mutating func sendToAgent(_ transition: inout WatcherTransition) {
    guard agentRequest == nil, stream == .open, agentPause <= transition.now else { return }
    takeRecentDeath(transition.now)
    takeCritical()
    if let comparison, comparison.isComplete, nextAgentRequest(comparison) == nil,
      suspect == nil || isOutdated(transition.now)
    {
      self.comparison = nil
    }
    if let comparison {
      if let next = nextAgentRequest(comparison) { send(next, &transition) }
    } else if nextComparison <= transition.now {
      comparison = Comparison()
      nextComparison = transition.now + policy.comparisonInterval
      send(.listServices, &transition)
    }
  }

  /// A slow inspect of one container doesn't delay the removal of another that died meanwhile.
  private func isOutdated(_ now: Duration) -> Bool { canBeOutdated && nextComparison <= now }

  private var canBeOutdated: Bool { comparison.map { $0.isOutdated } ?? false && !isStreamGone }

  /// Takes a suspect whose death is certain without asking the engine.
  private mutating func takeRecentDeath(_ now: Duration) {
    guard let comparison, comparison.isComplete, comparison.dead == nil, comparison.verified == nil else {
      return
    }
    for (index, entry) in comparison.suspects.enumerated() {
      guard let until = deathIsCertainUntil(entry), now < until, !hasReturned(entry) else { continue }
      self.comparison?.suspects.remove(at: index)
      self.comparison?.dead = entry
      self.comparison?.certainUntil = until
      return
    }
  }

  /// Takes an entry with a critical *alive* check: a living wrapper would have kept it passing, so no engine is
  /// asked.
  private mutating func takeCritical() {
    guard let comparison, let critical = comparison.critical, comparison.dead == nil,
      comparison.verified == nil
    else { return }
    let isCritical = { (entry: AgentEntry) in critical.contains { isSame($0, entry.id) } }
    guard let index = comparison.unconfirmed.firstIndex(where: isCritical) else { return }
    self.comparison?.dead = comparison.unconfirmed[index]
    self.comparison?.unconfirmed.remove(at: index)
  }

  /// Nil without an open stream, because a start wouldn't be reported.
  private func deathIsCertainUntil(_ entry: AgentEntry) -> Duration? {
    guard !isStreamGone, let death = deaths[entry.container] else { return nil }
    let isOurs = entry.registration != nil && death.endsOurs
    return isOurs ? death.receivedAt + WatcherPolicy.deathRemembered : death.certainUntil
  }

  private func nextAgentRequest(_ comparison: Comparison) -> AgentRequest? {
    guard comparison.isComplete else { return nil }
    if let verified = comparison.verified { return .deregister(verified) }
    if let dead = comparison.dead { return .verify(dead) }
    if !comparison.suspects.isEmpty { return nil }
    if !comparison.unconfirmed.isEmpty, comparison.critical == nil { return .listCriticalChecks }
    let isOpen = { (id: String) in !comparison.refused.contains { isSame($0, id) } }
    if let misnamed = comparison.misnamed.first(where: { isOpen($0.id) }) { return .verify(misnamed) }
    for inspection in running.values {
      guard case .wanted(let wanted, _) = inspection else { continue }
      for one in wanted where isOpen(one.id) {
        let isDue = !comparison.ownRegistrations.contains(one) || !registeredSinceStart.contains(one.id)
        if isDue && !isIDShared(one, comparison) { return .register(one) }
      }
    }
    return nil
  }

  /// Whether another running container holds the ID: the two would overwrite each other for ever.
  private func isIDShared(_ one: Registration, _ comparison: Comparison) -> Bool {
    guard let holder = comparison.ownRegistrations.first(where: { isSame($0.id, one.id) }), holder != one
    else {
      return false
    }
    return running.values.contains { $0.wanted.contains(holder) }
  }

  private mutating func send(_ next: AgentRequest, _ transition: inout WatcherTransition) {
    if case .register = next { lastRegistered = transition.now }
    if next == .listCriticalChecks { comparison?.critical = [] }
    agentRequest = PendingRequest(subject: next, deadline: transition.now + WatcherPolicy.agentTimeout)
    transition.emit(.sendToAgent(next))
  }

  /// The time until the next deadline; nil if there is none.
  public func timeLeft(at now: Duration) -> Duration? {
    if let end { return max(end - now, .zero) }
    var due = [engineRequest?.deadline, agentRequest?.deadline].compactMap { $0 }
    switch stream {
    case .away(let until), .subscribing(let until): due.append(until)
    case .identifying, .listing: break
    case .open:
      if engineRequest == nil, !isStreamGone { due.append(nextList) }
      if agentRequest == nil, comparison == nil || canBeOutdated {
        due.append(max(nextComparison, agentPause))
      }
    }
    return due.min().map { max($0 - now, .zero) }
  }
}

// MARK: The end
extension WatcherMachine {
  /// Exits at once, unless our own registrations are to be deregistered first.
  mutating func stop(_ transition: inout WatcherTransition) {
    if end != nil { return }
    end = transition.now + WatcherPolicy.shutdownTimeout
    // The agent may have carried out the pending registration.
    if case .register(let registration) = agentRequest?.subject, !ownRegistrations.contains(registration) {
      ownRegistrations.append(registration)
    }
    if agentRequest != nil { transition.emit(.cancelAgentRequest) }
    (agentRequest, comparison) = (nil, nil)
  }

  func isOver(_ now: Duration) -> Bool {
    guard let end else { return false }
    return !policy.deregistersOnExit || ownRegistrations.isEmpty || end <= now
  }

  mutating func scheduleShutdown(_ transition: inout WatcherTransition) {
    if agentRequest != nil, !isOver(transition.now) { return }
    // The next one is deregistered whatever the last answer was: there is no time for retries.
    if policy.deregistersOnExit, let next = ownRegistrations.first, !isOver(transition.now),
      agentFailures == 0
    {
      let entry = AgentEntry(id: next.id, container: "", registration: next)
      return send(.deregister(entry), &transition)
    }
    transition.log(.leaving(registrations: ownRegistrations.count))
    transition.emit(.exit)
  }
}
