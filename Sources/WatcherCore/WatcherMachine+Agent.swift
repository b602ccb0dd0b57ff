// What the agent's entries and answers mean: which entries are to be removed, and what is registered.

extension WatcherMachine {
  /// An entry of the list, or the one that was to be verified.
  mutating func received(_ entry: AgentEntry) {
    switch agentRequest?.subject {
    case .listServices: compare(entry)
    case .verify: comparison?.candidate?.holder = entry.container
    case .listCriticalChecks, .register, .deregister, nil: break
    }
  }

  private mutating func compare(_ entry: AgentEntry) {
    // A foreign watcher's entry.
    if entry.registration != nil && entry.engine == .other { return }
    if let container = running[entry.container] {
      keep(entry, container)
    } else if let until = inspectFailures[entry.container]?.until, now < until {
      nextComparison.shorten(to: until)
    } else if unknownSince[entry.container] != nil {
      keepUnconfirmed(entry)
    } else {
      comparison?.suspects.append(entry)
    }
  }

  private mutating func keep(_ entry: AgentEntry, _ container: RunningContainer<Service>) {
    running[entry.container]?.hasEntry = true
    guard let registration = entry.registration else { return }
    comparison?.ownRegistrations[entry.id] = registration
    guard case .wanted(let wanted, _) = container.inspection else { return }
    let isRight = wanted.contains { isSame($0.registration.id, entry.id) }
    if !isRight { comparison?.misnamed.append(entry) }
  }

  /// Keeps the entry until its checks show that the container is dead.
  mutating func keepUnconfirmed(_ entry: AgentEntry) {
    comparison?.unconfirmed.append(entry)
    guard hasReturned(entry), removed[entry.id]?.isReturnLogged == false else { return }
    removed[entry.id]?.isReturnLogged = true
    log(.cameBack(entry))
  }

  /// Whether the entry was removed before and another process than the container's registered it again.
  /// - Parameter finishedAt: a later one means that the container ran here once more.
  func hasReturned(_ entry: AgentEntry, _ finishedAt: String? = nil) -> Bool {
    guard let removal = removed[entry.id], isSame(removal.container, entry.container) else { return false }
    if let finishedAt, removal.finishedAt != finishedAt { return false }
    return entry.registration == nil || !unanswered.contains(entry.id)
  }

  mutating func answered(_ answer: AgentAnswer) {
    guard let request = agentRequest else { return }
    switch (request.subject, answer) {
    case (_, .failing(let reason)), (.listServices, .refused(let reason)): return agentRequestFailed(reason)
    case (_, .done), (_, .unknown), (_, .refused): agentRequest = nil
    }
    if agentFailures > 0 { log(.agentAnswers) }
    (agentFailures, agentPause) = (0, .zero)
    switch request.subject {
    case .listServices: servicesListed()
    case .listCriticalChecks: checksListed()
    case .verify(let entry): verified(entry, answer, sentAt: request.sentAt)
    case .register(let service): registered(service.registration, answer)
    case .deregister(let entry): deregistered(entry, answer)
    }
  }

  private mutating func servicesListed() {
    guard let comparison else { return }
    self.comparison?.isComplete = true
    ownRegistrations = comparison.ownRegistrations
    let (suspects, left) = (comparison.suspects, comparison.unconfirmed)
    unknownSince = unknownSince.filter { one in left.contains { isSame($0.container, one.key) } }
    ended = ended.filter { one in
      now - one.value.at < WatcherPolicy.endRemembered || suspects.contains { isSame($0.container, one.key) }
    }
    removed = removed.filter { one in
      now - one.value.at < WatcherPolicy.removalRemembered || left.contains { isSame($0.id, one.key) }
    }
  }

  /// Soon for a container that has just been found unknown, then less and less often.
  private mutating func checksListed() {
    let latest = (comparison?.unconfirmed ?? []).compactMap { unknownSince[$0.container] }.max() ?? .zero
    nextComparison.shorten(to: now + WatcherPolicy.checksPause(age: now - latest))
  }

  /// Confirms the removal if the entry is still the dead container's and the container hasn't started since;
  /// otherwise a new comparison begins.
  private mutating func verified(_ entry: AgentEntry, _ answer: AgentAnswer, sentAt: Duration) {
    if case .refused(let reason) = answer { refuse(entry.id, reason) }
    let freshness = stream.isGone ? WatcherPolicy.freshnessWithoutStream : WatcherPolicy.freshness
    guard stream.state == .open, now - sentAt <= freshness, let candidate = comparison?.candidate,
      candidate.isMisnamed || running[entry.container] == nil,
      candidate.certainUntil.map({ now < $0 }) ?? true,
      let holder = candidate.holder, isSame(holder, entry.container)
    else {
      comparison?.candidate = nil
      comparison?.isOutdated = true
      nextComparison.shorten(to: now + WatcherPolicy.pause)
      return
    }
    comparison?.candidate?.isVerified = true
  }

  private mutating func registered(_ registration: Registration, _ answer: AgentAnswer) {
    if case .refused(let reason) = answer { return refuse(registration.id, reason) }
    refusals[registration.id] = nil
    unanswered.remove(registration.id)
    ownRegistrations[registration.id] = registration
    registeredSinceStart.insert(registration.id)
    log(.registered(registration))
  }

  private mutating func deregistered(_ entry: AgentEntry, _ answer: AgentAnswer) {
    let finishedAt = comparison?.candidate?.finishedAt
    comparison?.candidate = nil
    if case .refused(let reason) = answer { return refuse(entry.id, reason) }
    refusals[entry.id] = nil
    registeredSinceStart.remove(entry.id)
    unanswered.remove(entry.id)
    ownRegistrations[entry.id] = nil
    if running[entry.container] == nil {
      if removed.count >= 100 { removed = [:] }
      removed[entry.id] = RemovedEntry(container: entry.container, at: now, finishedAt: finishedAt)
    }
    log(.removed(entry))
  }

  private mutating func refuse(_ id: String, _ reason: String) {
    comparison?.refused.insert(id)
    if let logged = refusals[id], isSame(logged, reason) { return }
    // Bounds the memory on a long-lived host.
    if refusals.count >= 1_000 { refusals = [:] }
    refusals[id] = reason
    log(.refused(id: id, reason))
  }

  mutating func agentRequestFailed(_ reason: String) {
    guard let request = agentRequest?.subject else { return }
    if case .register(let service) = request {
      if unanswered.count >= 1_000 { unanswered = [] }
      unanswered.insert(service.registration.id)
    }
    emit(.cancelAgentRequest)
    (agentRequest, comparison) = (nil, nil)
    nextComparison = now
    agentPause = now + WatcherPolicy.backoff(after: agentFailures)
    if agentFailures == 0 { log(.agentAway(reason)) }
    agentFailures += 1
  }
}
