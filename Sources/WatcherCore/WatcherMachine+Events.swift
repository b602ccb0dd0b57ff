// What each event means. `schedule` decides what is done next.

extension WatcherMachine {
  /// Handles one event, which happened `now`, and returns the effects to perform in order.
  public mutating func handle(_ event: WatcherEvent, at now: Duration) -> [WatcherEffect] {
    var transition = WatcherTransition(now: now)
    receive(event, &transition)
    if end == nil { schedule(&transition) } else { scheduleShutdown(&transition) }
    return transition.effects
  }

  private mutating func receive(_ event: WatcherEvent, _ transition: inout WatcherTransition) {
    switch event {
    case .elapsed: elapse(&transition)
    case .identified(let engine): identified(engine, &transition)
    case .subscribed: subscribed(&transition)
    case .started(let id): note(id, runs: true, &transition)
    case .died(let id, let age):
      recordDeath(id, age, transition.now)
      note(id, runs: false, &transition)
      nextComparison = transition.now
      comparison?.isOutdated = true
      inspectFailures[id]?.until = transition.now
    case .missed: nextList = transition.now
    case .listed(let id): listed.append(id)
    case .listEnded: finishList(&transition)
    case .inspected(let answer, let finishedAt): inspected(answer, finishedAt, &transition)
    case .streamLost(let reason): loseStream(reason, &transition)
    case .engineRequestFailed(let reason): loseEngine(reason, &transition)
    case .entry(let entry): note(entry, &transition)
    case .critical(let id): comparison?.critical?.append(id)
    case .answered(let answer): answered(answer, &transition)
    case .agentRequestFailed(let reason): loseAgent(reason, &transition)
    case .stop: stop(&transition)
    }
  }

  private mutating func elapse(_ transition: inout WatcherTransition) {
    if case .subscribing(let deadline) = stream, deadline <= transition.now {
      loseEngine("no answer", &transition)
    }
    if let engineRequest, engineRequest.deadline <= transition.now {
      timeOut(engineRequest.subject, &transition)
    }
    if let agentRequest, agentRequest.deadline <= transition.now { loseAgent("no answer", &transition) }
  }
}

// MARK: The engine
extension WatcherMachine {
  private mutating func note(_ id: String, runs: Bool, _ transition: inout WatcherTransition) {
    switch engineRequest?.subject {
    case .list: changes[id] = runs
    case .inspect(let request) where isSame(request, id):
      changes[id] = runs
      // The pending answer is stale; shorten its deadline. The request isn't cancelled, because a burst of events
      // would then cause a request for each.
      shortenEngineRequest(transition.now + WatcherPolicy.inspectRetry)
    case .inspect, .identify, nil: break
    }
    if runs {
      if running[id] == nil { running[id] = .pending }
      noteRunning(id)
    } else {
      noteEnd(id, transition.now)
    }
  }

  /// Containers dropped here in a burst are still found by their critical check or by an earlier entry.
  private mutating func noteEnd(_ id: String, _ now: Duration) {
    (running[id], unknownSince[id]) = (nil, nil)
    if ended.count >= 100 { ended = [:] }
    ended[id] = now
  }

  private mutating func noteRunning(_ id: String) {
    (deaths[id], ended[id], unknownSince[id]) = (nil, nil, nil)
    for one in removed where isSame(one.value.container, id) { removed[one.key] = nil }
  }

  /// A different engine doesn't know the former engine's containers, and entries carry the engine's ID.
  private mutating func identified(_ engine: String?, _ transition: inout WatcherTransition) {
    endEngineRequest()
    if let engine, let engineID, !isSame(engine, engineID) {
      (running, ranHere, ended, unknownSince, removed) = ([:], [], [:], [:], [:])
      registeredSinceStart = []
    }
    engineID = engine ?? engineID
    if engineID == nil, !isUnidentifiedLogged { transition.log(.engineUnidentified) }
    isUnidentifiedLogged = engineID == nil
    if stream == .identifying { stream = .listing }
  }

  /// Containers that aren't recorded here are inspected before their entries are removed.
  private mutating func recordDeath(_ id: String, _ age: Duration?, _ now: Duration) {
    guard let age, let before = running[id] else { return }
    // Anything inspected or registered after the death may belong to the container's next run.
    var endsOurs = false
    if case .wanted(_, let since) = before { endsOurs = max(since, lastRegistered) < now - age }
    let certainUntil = age < WatcherPolicy.freshDeath ? now - age + WatcherPolicy.earliestRestart : nil
    if deaths.count >= 100 { deaths = [:] }
    deaths[id] = ContainerDeath(receivedAt: now, certainUntil: certainUntil, endsOurs: endsOurs)
  }

  private mutating func finishList(_ transition: inout WatcherTransition) {
    guard engineRequest?.subject == .list else { return }
    let before = running
    running = [:]
    let known = before.filter { $0.value != .failed }
    for id in listed { running[id] = known[id] ?? .pending }
    for (id, runs) in changes { running[id] = runs ? known[id] ?? .pending : nil }
    for id in before.keys where running[id] == nil && ended[id] == nil { noteEnd(id, transition.now) }
    unknownSince = unknownSince.filter { running[$0.key] == nil }
    removed = removed.filter { running[$0.value.container] == nil }
    endEngineRequest()
    let pause = isListUnreliable ? WatcherPolicy.secondListDelay : WatcherPolicy.listInterval
    if case .listing = stream { stream = .open }
    deaths = deaths.filter {
      running[$0.key] == nil && transition.now - $0.value.receivedAt < WatcherPolicy.deathRemembered
    }
    (nextList, nextComparison) = (transition.now + pause, transition.now)
    if isStreamGone || shortStreams >= 3 { return }
    if !isEngineKnown || isEngineTroubleLogged { transition.log(.watching(running: otherContainersRunning)) }
    (isEngineKnown, isEngineTroubleLogged) = (true, false)
  }

  /// Our own container is left out: whether the first list has it depends on timing.
  private var otherContainersRunning: Int {
    running.count - (policy.ownContainer.map { running[$0] == nil ? 0 : 1 } ?? 0)
  }

  /// The first list after an engine's return, and one that still has a container that has just died.
  private var isListUnreliable: Bool { stream == .listing || running.keys.contains { deaths[$0] != nil } }

  private mutating func subscribed(_ transition: inout WatcherTransition) {
    guard case .subscribing = stream else { return }
    (stream, openSince) = (.identifying, transition.now)
  }

  /// A time-out of inspect concerns one container, not the engine.
  private mutating func timeOut(_ request: EngineRequest, _ transition: inout WatcherTransition) {
    if request == .list { return loseEngine("no answer", &transition) }
    transition.emit(.cancelEngineRequest)
    if request == .identify {
      identified(nil, &transition)
    } else {
      inspected(.failed("no answer"), nil, &transition)
    }
  }

  private mutating func inspected(
    _ answer: InspectResult, _ finishedAt: String?, _ transition: inout WatcherTransition
  ) {
    guard case .inspect(let id) = engineRequest?.subject else { return }
    let isOvertaken = changes[id] != nil
    endEngineRequest()
    // The container changed while the request was pending: it is inspected again.
    if isOvertaken { return }
    switch answer {
    case .running(let wanted):
      noteRunning(id)
      running[id] = policy.registers ? .wanted(wanted, since: transition.now) : .pending
      comparison?.suspects.removeAll { isSame($0.container, id) }
      if policy.registers { logSharedIDs(wanted, transition: &transition) }
      if uninspected == nil { nextComparison = transition.now }
    case .failed(let reason): inspectFailed(id, reason, &transition)
    case .stopped, .unknown:
      // The die event hasn't arrived yet.
      if running[id] != nil { noteEnd(id, transition.now) }
      confirmDeath(id, isKnown: answer == .stopped, finishedAt, &transition)
    }
    if case .failed = answer { return }
    inspectFailures[id] = nil
  }

  /// An ID can be registered for one container only.
  private mutating func logSharedIDs(_ wanted: [Registration], transition: inout WatcherTransition) {
    for one in wanted {
      let isShared = running.values.contains { $0.wanted.contains { isSame($0.id, one.id) && $0 != one } }
      if isShared { transition.log(.idShared(one.id)) }
    }
  }

  /// Only if the entry can be verified at once; otherwise it is inspected again.
  private mutating func confirmDeath(
    _ id: String, isKnown: Bool, _ finishedAt: String?, _ transition: inout WatcherTransition
  ) {
    guard agentRequest == nil, let comparison, comparison.dead == nil, comparison.verified == nil else {
      return
    }
    let all = comparison.suspects.filter { isSame($0.container, id) }
    let removable = all.first { entry in
      let isOurs = isKnown || entry.engine == .ours || entry.engine == .sameKind && hasRun(id)
      return isOurs && !hasReturned(entry, finishedAt)
    }
    self.comparison?.suspects.removeAll { $0 == removable || removable == nil && isSame($0.container, id) }
    if let removable {
      self.comparison?.dead = removable
      self.comparison?.finishedAt = finishedAt
      return
    }
    // An engine doesn't know the containers of another kind of engine.
    for entry in all where isKnown || entry.engine != .other {
      unknownSince[id] = transition.now
      keepUnconfirmed(entry, &transition)
    }
  }

  /// Keeps the entry until its checks show that the container is dead.
  private mutating func keepUnconfirmed(_ entry: AgentEntry, _ transition: inout WatcherTransition) {
    comparison?.unconfirmed.append(entry)
    guard hasReturned(entry), removed[entry.id]?.isReturnLogged == false else { return }
    removed[entry.id]?.isReturnLogged = true
    transition.log(.cameBack(entry))
  }

  /// Whether the entry was removed before and another process than the container's registered it again.
  /// - Parameter finishedAt: a later one means that the container ran here once more.
  func hasReturned(_ entry: AgentEntry, _ finishedAt: String? = nil) -> Bool {
    guard let removal = removed[entry.id], isSame(removal.container, entry.container) else { return false }
    if let finishedAt, removal.finishedAt != finishedAt { return false }
    return entry.registration == nil || !unanswered.contains(entry.id)
  }

  /// Other containers aren't delayed by it.
  private mutating func inspectFailed(_ id: String, _ reason: String, _ transition: inout WatcherTransition) {
    let since = inspectFailures[id]?.since ?? transition.now
    if running[id] != nil {
      running[id] = .failed
      // Soon at first, then less often the longer it fails.
      let pause = max(WatcherPolicy.secondListDelay, transition.now - since)
      nextList = min(nextList, transition.now + min(pause, WatcherPolicy.listInterval))
    }
    comparison?.suspects.removeAll { isSame($0.container, id) }
    let until = transition.now + WatcherPolicy.inspectRetry
    nextComparison = min(nextComparison, until)
    // Only the first container with this reason is logged.
    let isLogged = inspectFailures.values.contains { isSame($0.reason, reason) }
    if inspectFailures.count >= 1_000 { inspectFailures = [:] }
    inspectFailures[id] = InspectFailure(reason: reason, since: since, until: until)
    if isLogged { return }
    transition.log(.inspectFailed(container: id, reason))
  }

  private mutating func shortenEngineRequest(_ deadline: Duration) {
    engineRequest = engineRequest.map {
      PendingRequest(subject: $0.subject, deadline: min($0.deadline, deadline))
    }
  }

  private mutating func endEngineRequest() { (engineRequest, listed, changes) = (nil, [], [:]) }

  private mutating func loseEngine(_ reason: String, _ transition: inout WatcherTransition) {
    if case .away = stream { return }
    logEngineTrouble(reason, &transition)
    disconnectEngine(&transition)
  }

  private mutating func loseStream(_ reason: String, _ transition: inout WatcherTransition) {
    guard isSubscribed else { return loseEngine(reason, &transition) }
    logEngineTrouble(reason, &transition)
    isStreamGone = true
  }

  private mutating func logEngineTrouble(_ reason: String, _ transition: inout WatcherTransition) {
    if !isEngineTroubleLogged { transition.log(.engineAway(reason)) }
    isEngineTroubleLogged = true
  }

  mutating func disconnectEngine(_ transition: inout WatcherTransition) {
    if engineRequest != nil { transition.emit(.cancelEngineRequest) }
    transition.emit(.unsubscribe)
    endEngineRequest()
    // The engine's earlier answers are stale.
    comparison?.dead = nil
    comparison?.verified = nil
    deaths = [:]
    if isSubscribed {
      let isSteady = transition.now - openSince >= WatcherPolicy.steadyStream
      shortStreams = isSteady ? 0 : min(shortStreams + 1, 3)
      if isSteady { engineFailures = 0 }
    }
    isStreamGone = false
    stream = .away(until: transition.now + WatcherPolicy.backoff(after: engineFailures))
    engineFailures = min(engineFailures + 1, 10)
  }
}

// MARK: The agent
extension WatcherMachine {
  private mutating func answered(_ answer: AgentAnswer, _ transition: inout WatcherTransition) {
    guard let request = agentRequest?.subject,
      let sent = agentRequest.map({ $0.deadline - WatcherPolicy.agentTimeout })
    else { return }
    if case .failing(let reason) = answer { return loseAgent(reason, &transition) }
    if request == .listServices, case .refused(let reason) = answer { return loseAgent(reason, &transition) }
    agentRequest = nil
    (agentFailures, agentPause) = (0, .zero)
    if isAgentTroubleLogged { transition.log(.agentAnswers) }
    isAgentTroubleLogged = false
    switch request {
    case .listServices: finishServiceList(transition.now)
    case .listCriticalChecks: finishCheckList(transition.now)
    case .verify(let entry):
      if case .refused(let reason) = answer { refuse(entry.id, reason, &transition) }
      verified(entry, sent: sent, &transition)
    case .register(let registration): registered(registration, answer, &transition)
    case .deregister(let entry): deregistered(entry, answer, &transition)
    }
  }

  private mutating func note(_ entry: AgentEntry, _ transition: inout WatcherTransition) {
    switch agentRequest?.subject {
    case .listServices:
      // A foreign watcher's entry.
      if entry.registration != nil && entry.engine == .other { return }
      if running[entry.container] != nil { return comparison?.note(entry, beside: running) ?? () }
      if let until = inspectFailures[entry.container]?.until, transition.now < until {
        nextComparison = min(nextComparison, until)
      } else if unknownSince[entry.container] != nil {
        keepUnconfirmed(entry, &transition)
      } else {
        comparison?.suspects.append(entry)
      }
    case .verify: comparison?.holder = entry.container
    case .listCriticalChecks, .register, .deregister, nil: break
    }
  }

  /// Confirms the removal if the entry is still the dead container's and the container hasn't started since;
  /// otherwise a new comparison begins.
  private mutating func verified(_ entry: AgentEntry, sent: Duration, _ transition: inout WatcherTransition) {
    let isHolder = comparison?.holder.map { isSame($0, entry.container) } ?? false
    let isSure = comparison?.certainUntil.map { transition.now < $0 } ?? true
    let isDead = comparison?.dead == entry && running[entry.container] == nil && isSure
    let isMisnamed = comparison?.misnamed.contains(entry) ?? false
    comparison?.dead = nil
    comparison?.certainUntil = nil
    comparison?.holder = nil
    comparison?.misnamed.removeAll { $0 == entry }
    let isUnchanged = stream == .open && (isDead || isMisnamed)
    let freshness = isStreamGone ? WatcherPolicy.freshnessWithoutStream : WatcherPolicy.freshness
    if isHolder && isUnchanged && transition.now - sent <= freshness {
      comparison?.verified = entry
    } else {
      nextComparison = min(nextComparison, transition.now + WatcherPolicy.pause)
      comparison?.isOutdated = true
    }
  }

  private mutating func finishServiceList(_ now: Duration) {
    comparison?.isComplete = true
    ownRegistrations = comparison?.ownRegistrations ?? []
    let left = comparison?.unconfirmed ?? []
    let suspects = comparison?.suspects ?? []
    ranHere = ranHere.filter { one in suspects.contains { isSame($0.container, one) } }
    ranHere.formUnion(comparison?.running ?? [])
    unknownSince = unknownSince.filter { one in left.contains { isSame($0.container, one.key) } }
    ended = ended.filter { one in
      now - one.value < WatcherPolicy.endRemembered || suspects.contains { isSame($0.container, one.key) }
    }
    removed = removed.filter { one in
      now - one.value.at < WatcherPolicy.removalRemembered || left.contains { isSame($0.id, one.key) }
    }
  }

  /// Soon for a container that has just been found unknown, then less and less often.
  private mutating func finishCheckList(_ now: Duration) {
    let latest = (comparison?.unconfirmed ?? []).compactMap { unknownSince[$0.container] }.max() ?? .zero
    nextComparison = min(nextComparison, now + WatcherPolicy.checksPause(age: now - latest))
  }

  private mutating func registered(
    _ registration: Registration, _ answer: AgentAnswer, _ transition: inout WatcherTransition
  ) {
    if case .refused(let reason) = answer { return refuse(registration.id, reason, &transition) }
    refusals[registration.id] = nil
    unanswered.remove(registration.id)
    ownRegistrations.removeAll { isSame($0.id, registration.id) }
    ownRegistrations.append(registration)
    registeredSinceStart.insert(registration.id)
    comparison?.ownRegistrations = ownRegistrations
    transition.log(.registered(registration))
  }

  private mutating func deregistered(
    _ entry: AgentEntry, _ answer: AgentAnswer, _ transition: inout WatcherTransition
  ) {
    comparison?.verified = nil
    defer { comparison?.finishedAt = nil }
    if case .refused(let reason) = answer { return refuse(entry.id, reason, &transition) }
    refusals[entry.id] = nil
    registeredSinceStart.remove(entry.id)
    unanswered.remove(entry.id)
    if running[entry.container] == nil {
      if removed.count >= 100 { removed = [:] }
      removed[entry.id] = Removal(
        container: entry.container, at: transition.now, finishedAt: comparison?.finishedAt)
    }
    ownRegistrations.removeAll { isSame($0.id, entry.id) }
    comparison?.ownRegistrations.removeAll { isSame($0.id, entry.id) }
    transition.log(.removed(entry))
  }

  private mutating func refuse(_ id: String, _ reason: String, _ transition: inout WatcherTransition) {
    comparison?.refused.append(id)
    if let logged = refusals[id], isSame(logged, reason) { return }
    // Bounds the memory on a long-lived host.
    if refusals.count >= 1_000 { refusals = [:] }
    refusals[id] = reason
    transition.log(.refused(id: id, reason))
  }

  private mutating func loseAgent(_ reason: String, _ transition: inout WatcherTransition) {
    guard let request = agentRequest?.subject else { return }
    if case .register(let registration) = request {
      if unanswered.count >= 1_000 { unanswered = [] }
      unanswered.insert(registration.id)
    }
    transition.emit(.cancelAgentRequest)
    (agentRequest, comparison) = (nil, nil)
    nextComparison = transition.now
    agentPause = transition.now + WatcherPolicy.backoff(after: agentFailures)
    agentFailures += 1
    if !isAgentTroubleLogged { transition.log(.agentAway(reason)) }
    isAgentTroubleLogged = true
  }
}
