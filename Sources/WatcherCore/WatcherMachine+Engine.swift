// What the engine's events and answers mean: what runs, and which entry's container is dead.

// MARK: The stream
extension WatcherMachine {
  mutating func streamLost(_ reason: String) {
    guard stream.isSubscribed else { return disconnect(reason) }
    logTrouble(reason)
    stream.ended()
  }

  mutating func started(_ id: String) {
    overtakeRequest(id)
    noteRunning(id)
  }

  mutating func died(_ id: String, age: Duration?) {
    overtakeRequest(id)
    recordDeath(id, age)
    // Containers dropped here in a burst are still found by their critical check or by an earlier entry.
    if ended.count >= 100 { ended = [:] }
    noteEnd(id)
    nextComparison = now
    comparison?.isOutdated = true
    inspectFailures[id]?.until = now
  }

  /// The pending answer may be older than the event.
  private mutating func overtakeRequest(_ id: String) {
    switch engineRequest?.subject {
    case .list: changed.insert(id)
    case .inspect(let inspected) where isSame(inspected, id):
      changed.insert(id)
      // The answer is stale; shorten its deadline. The request isn't cancelled, because a burst of events
      // would then cause a request for each.
      engineRequest?.deadline.shorten(to: now + WatcherPolicy.inspectRetry)
    case .inspect, .identify, nil: break
    }
  }

  /// Containers that aren't recorded here are inspected before their entries are removed.
  private mutating func recordDeath(_ id: String, _ age: Duration?) {
    guard let age, let container = running[id] else { return }
    // Anything inspected or registered after the death may belong to the container's next run.
    var endsOurs = false
    if case .wanted(_, let since) = container.inspection { endsOurs = max(since, lastRegistered) < now - age }
    let certainUntil = age < WatcherPolicy.freshDeath ? now - age + WatcherPolicy.earliestRestart : nil
    if deaths.count >= 100 { deaths = [:] }
    deaths[id] = ContainerDeath(receivedAt: now, certainUntil: certainUntil, endsOurs: endsOurs)
  }

  private mutating func noteRunning(_ id: String) {
    if running[id] == nil {
      running[id] = RunningContainer(id: id, arrival: arrivals)
      arrivals += 1
    }
    (deaths[id], ended[id], unknownSince[id]) = (nil, nil, nil)
    for one in removed where isSame(one.value.container, id) { removed[one.key] = nil }
  }

  private mutating func noteEnd(_ id: String) {
    (running[id], unknownSince[id]) = (nil, nil)
    ended[id] = now
  }

  mutating func disconnect(_ reason: String) {
    if stream.isAway { return }
    logTrouble(reason)
    disconnect()
  }

  mutating func disconnect() {
    emit(.unsubscribe)
    endEngineRequest()
    // The engine's earlier answers are stale.
    if comparison?.candidate?.isVerified == false { comparison?.candidate = nil }
    deaths = [:]
    stream.disconnected(at: now)
  }

  private mutating func logTrouble(_ reason: String) {
    if stream.logsTrouble() { log(.engineAway(reason)) }
  }
}

// MARK: Its answers
extension WatcherMachine {
  /// Without a list nothing is known. Inspect concerns one container, not the engine, and the ID isn't waited
  /// for.
  mutating func engineRequestFailed(_ reason: String) {
    switch engineRequest?.subject {
    case .list, nil: disconnect(reason)
    case .identify: identified(nil)
    case .inspect: if let id = endInspect() { inspectFailed(id, reason) }
    }
  }

  /// A different engine doesn't know the former engine's containers, and entries carry the engine's ID.
  mutating func identified(_ engine: String?) {
    endEngineRequest()
    if let engine, let engineID, !isSame(engine, engineID) {
      (running, ranHere, ended, unknownSince, removed) = ([:], [], [:], [:], [:])
      registeredSinceStart = []
    }
    engineID = engine ?? engineID
    if engineID == nil, !isUnidentifiedLogged { log(.engineUnidentified) }
    isUnidentifiedLogged = engineID == nil
    stream.identified()
  }

  mutating func listEnded() {
    guard engineRequest?.subject == .list else { return }
    // The first list after an engine's return, and one that still has a container that has just died.
    var isUnreliable = stream.state == .listing
    for id in listed where !changed.contains(id) {
      if deaths[id] != nil { isUnreliable = true }
      noteRunning(id)
    }
    // What the stream has reported since the request is newer than the list.
    changed.formUnion(listed)
    for (id, container) in running {
      if !changed.contains(id) { noteEnd(id) }
      if container.isFailed { running[id]?.inspection = .pending }
    }
    deaths = deaths.filter { now - $0.value.receivedAt < WatcherPolicy.deathRemembered }
    endEngineRequest()
    stream.listed()
    nextList = now + (isUnreliable ? WatcherPolicy.secondListDelay : WatcherPolicy.listInterval)
    nextComparison = now
    if stream.logsWatching(at: now) { log(.watching(running: otherContainersRunning)) }
  }

  /// Our own container is left out: whether the first list has it depends on timing.
  private var otherContainersRunning: Int {
    running.count - (policy.ownContainer.map { running[$0] == nil ? 0 : 1 } ?? 0)
  }

  mutating func inspected(_ result: InspectResult<Service>) {
    guard let id = endInspect() else { return }
    inspectFailures[id] = nil
    switch result {
    case .running(let wanted, let invalid):
      for message in invalid { log(.invalid(message)) }
      noteRunning(id)
      comparison?.suspects.removeAll { isSame($0.container, id) }
      if policy.registers { need(wanted, by: id) }
      if uninspected == nil { nextComparison = now }
    case .stopped(let finishedAt): stopped(id, isKnown: true, finishedAt)
    case .unknown: stopped(id, isKnown: false, nil)
    }
  }

  private mutating func need(_ wanted: [Service], by id: String) {
    running[id]?.inspection = .wanted(wanted, since: now)
    // An ID can be registered for one container only.
    for one in wanted.map({ $0.registration }) {
      let isOther = { (other: Service) in other.registration != one && isSame(other.registration.id, one.id) }
      if running.values.contains(where: { $0.wanted.contains(where: isOther) }) { log(.idShared(one.id)) }
    }
  }

  private mutating func stopped(_ id: String, isKnown: Bool, _ finishedAt: String?) {
    // The die event hasn't arrived yet.
    if running[id] != nil { noteEnd(id) }
    // Only if the entry can be verified at once; otherwise the container is inspected again.
    guard agentRequest == nil, let comparison, comparison.candidate == nil else { return }
    let entries = comparison.suspects.filter { isSame($0.container, id) }
    let removable = entries.first { entry in
      let isOurs = isKnown || entry.engine == .ours || entry.engine == .sameKind && hasRun(id)
      return isOurs && !hasReturned(entry, finishedAt)
    }
    if let removable {
      self.comparison?.suspects.removeAll { $0 == removable }
      self.comparison?.candidate = Candidate(entry: removable, finishedAt: finishedAt)
      return
    }
    self.comparison?.suspects.removeAll { isSame($0.container, id) }
    // An engine doesn't know the containers of another kind of engine.
    for entry in entries where isKnown || entry.engine != .other {
      unknownSince[id] = now
      keepUnconfirmed(entry)
    }
  }

  /// Whether this engine is known to have run the container.
  private func hasRun(_ container: String) -> Bool { ranHere.contains(container) || ended[container] != nil }

  /// Other containers aren't delayed by it.
  private mutating func inspectFailed(_ id: String, _ reason: String) {
    let since = inspectFailures[id]?.since ?? now
    if running[id] != nil {
      running[id]?.inspection = .failed
      // Soon at first, then less often the longer it fails.
      let pause = max(WatcherPolicy.secondListDelay, now - since)
      nextList.shorten(to: now + min(pause, WatcherPolicy.listInterval))
    }
    comparison?.suspects.removeAll { isSame($0.container, id) }
    let until = now + WatcherPolicy.inspectRetry
    nextComparison.shorten(to: until)
    // Only the first container with this reason is logged.
    let isLogged = inspectFailures.values.contains { isSame($0.reason, reason) }
    if inspectFailures.count >= 1_000 { inspectFailures = [:] }
    inspectFailures[id] = InspectFailure(reason: reason, since: since, until: until)
    if !isLogged { log(.inspectFailed(container: id, reason)) }
  }

  /// The container whose inspect request ends; nil if it changed meanwhile, and is inspected again.
  private mutating func endInspect() -> String? {
    guard case .inspect(let id) = engineRequest?.subject else { return nil }
    defer { endEngineRequest() }
    return changed.contains(id) ? nil : id
  }

  private mutating func endEngineRequest() { (engineRequest, listed, changed) = (nil, [], []) }
}

extension Duration {
  /// Brings a deadline forward; a sooner one stays.
  mutating func shorten(to deadline: Duration) { self = min(self, deadline) }
}
