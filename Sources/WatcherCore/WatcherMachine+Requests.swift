// What is requested next, independent of the event.

extension WatcherMachine {
  mutating func sendRequests() {
    if stream.subscribe(at: now) { emit(.subscribe) }
    sendToAgent()
    sendToEngine()
    if stream.isGone, engineRequest == nil, comparison == nil { disconnect() }
  }

  /// The time until the next deadline; nil if there is none.
  public func timeLeft(at now: Duration) -> Duration? {
    if let end { return max(end - now, .zero) }
    var due = [engineRequest?.deadline, agentRequest?.deadline, stream.deadline].compactMap { $0 }
    if stream.state == .open {
      if engineRequest == nil, !stream.isGone { due.append(nextList) }
      if agentRequest == nil, comparison == nil || canBeOutdated {
        due.append(max(nextComparison, agentPause))
      }
    }
    return due.min().map { max($0 - now, .zero) }
  }
}

// MARK: To the engine
extension WatcherMachine {
  private mutating func sendToEngine() {
    guard engineRequest == nil, let next = nextEngineRequest else { return }
    let timeout = next == .identify ? WatcherPolicy.identityTimeout : WatcherPolicy.engineTimeout
    engineRequest = PendingRequest(subject: next, sentAt: now, deadline: now + timeout)
    emit(.sendToEngine(next))
  }

  private var nextEngineRequest: EngineRequest? {
    switch stream.state {
    case .away, .subscribing: return nil
    case .identifying: return .identify
    case .listing: return .list
    case .open: break
    }
    // No other request may come between the engine's answer and the removal that follows from it.
    if let suspect = comparison?.suspect, agentRequest == nil, agentPause <= now {
      return .inspect(suspect.container)
    }
    if stream.isGone { return nil }
    return nextList <= now ? .list : uninspected.map { .inspect($0) }
  }

  /// The first running container that hasn't been inspected yet.
  var uninspected: String? {
    policy.registers ? first { $0.isPending }?.id : nil
  }

  /// The container that arrived first among those that match.
  private func first(where matches: (RunningContainer<Service>) -> Bool) -> RunningContainer<Service>? {
    var first: RunningContainer<Service>?
    for one in running.values where one.arrival < first?.arrival ?? .max && matches(one) { first = one }
    return first
  }
}

// MARK: To the agent
extension WatcherMachine {
  private mutating func sendToAgent() {
    guard agentRequest == nil, stream.state == .open, agentPause <= now else { return }
    takeRecentDeath()
    comparison?.takeCritical()
    comparison?.takeMisnamed()
    if let next = nextAgentRequest { return send(next) }
    // A slow inspect of one container doesn't delay the removal of another that died meanwhile.
    if comparison?.suspect != nil, !canBeOutdated || now < nextComparison { return }
    comparison = nil
    if now < nextComparison { return }
    comparison = Comparison()
    nextComparison = now + policy.comparisonInterval
    send(.listServices)
  }

  private var canBeOutdated: Bool { comparison?.isOutdated ?? false && !stream.isGone }

  private var nextAgentRequest: AgentRequest<Service>? {
    guard let comparison else { return nil }
    if let candidate = comparison.candidate {
      return candidate.isVerified ? .deregister(candidate.entry) : .verify(candidate.entry)
    }
    if comparison.needsChecks { return .listCriticalChecks }
    guard comparison.isClean else { return nil }
    let isDue = { (service: Service) in self.isDue(service.registration, comparison) }
    return first { $0.wanted.contains(where: isDue) }?.wanted.first(where: isDue).map { .register($0) }
  }

  /// Chooses a suspect whose death is certain without asking the engine.
  private mutating func takeRecentDeath() {
    guard let comparison, comparison.isFree else { return }
    for (index, entry) in comparison.suspects.enumerated() {
      guard let until = deathIsCertainUntil(entry), now < until, !hasReturned(entry) else { continue }
      self.comparison?.suspects.remove(at: index)
      self.comparison?.candidate = Candidate(entry: entry, certainUntil: until)
      return
    }
  }

  /// Nil without an open stream, because a start wouldn't be reported.
  private func deathIsCertainUntil(_ entry: AgentEntry) -> Duration? {
    guard !stream.isGone, let death = ended[entry.container]?.death else { return nil }
    return entry.registration == nil ? death.certainUntil : death.oursUntil ?? death.certainUntil
  }

  /// Whether the agent doesn't have it as it should.
  private func isDue(_ one: Registration, _ comparison: Comparison) -> Bool {
    if comparison.refused.contains(one.id) { return false }
    guard let held = ownRegistrations[one.id] else { return true }
    if held == one { return !registeredSinceStart.contains(one.id) }
    // While another running container holds the ID, the two would overwrite each other for ever.
    return !running.values.contains { $0.wanted.contains { $0.registration == held } }
  }

  private mutating func send(_ next: AgentRequest<Service>) {
    if case .register = next { lastRegistered = now }
    if case .listCriticalChecks = next { comparison?.critical = [] }
    agentRequest = PendingRequest(subject: next, sentAt: now, deadline: now + WatcherPolicy.agentTimeout)
    emit(.sendToAgent(next))
  }
}

// MARK: The end
extension WatcherMachine {
  /// Exits at once, unless our own registrations are to be deregistered first.
  mutating func stop() {
    if end != nil { return }
    end = now + WatcherPolicy.shutdownTimeout
    // The agent may have carried out the pending registration.
    if case .register(let service) = agentRequest?.subject {
      ownRegistrations[service.registration.id] = service.registration
    }
    if agentRequest != nil { emit(.cancelAgentRequest) }
    (agentRequest, comparison) = (nil, Comparison())
  }

  /// The next one is deregistered whatever the last answer was: there is no time for retries.
  mutating func shutDown() {
    let left = ownRegistrations.values.filter { !(comparison?.refused.contains($0.id) ?? false) }
    if policy.deregistersOnExit, let end, now < end, agentFailures == 0,
      let first = left.min(by: { isBefore($0.id, $1.id) })
    {
      if agentRequest != nil { return }
      return send(.deregister(AgentEntry(id: first.id, container: "", registration: first)))
    }
    log(.leaving(registrations: ownRegistrations.count))
    emit(.exit)
  }
}
