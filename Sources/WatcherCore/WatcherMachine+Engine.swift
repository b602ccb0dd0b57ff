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
    // Containers without an entry that are dropped here in a burst are still found by their critical check.
    if ended.count >= 100 { ended = ended.filter { $0.value.hasEntry } }
    noteEnd(id, age.flatMap { death(of: id, age: $0) })
    nextComparison = now
    comparison?.isOutdated = true
    inspectFailures[id]?.until = now
  }

  /// The pending answer may be older than the event.
  private mutating func overtakeRequest(_ id: String) {
    guard let request = engineRequest?.subject, request == .list || request == .inspect(id) else { return }
    changed.insert(id)
    // The answer is stale; shorten its deadline. The request isn't cancelled, because a burst of events
    // would then cause a request for each.
    if request != .list { engineRequest?.deadline.shorten(to: now + WatcherPolicy.inspectRetry) }
  }

  /// A container without one is inspected before its entries are removed.
  private func death(of id: String, age: Duration) -> EndedContainer.Death? {
    guard let container = running[id] else { return nil }
    // Anything inspected or registered after the death may belong to the container's next run.
    var endsOurs = false
    if case .wanted(_, let since) = container.inspection { endsOurs = max(since, lastRegistered) < now - age }
    let certainUntil = age < WatcherPolicy.freshDeath ? now - age + WatcherPolicy.earliestRestart : nil
    let oursUntil = endsOurs ? now + WatcherPolicy.deathRemembered : nil
    return EndedContainer.Death(certainUntil: certainUntil, oursUntil: oursUntil)
  }

  private mutating func noteRunning(_ id: String) {
    if running[id] == nil {
      running[id] = RunningContainer(id: id, arrival: arrivals)
      arrivals += 1
    }
    (ended[id], unknownSince[id]) = (nil, nil)
    for one in removed where isSame(one.value.container, id) { removed[one.key] = nil }
  }

  private mutating func noteEnd(_ id: String, _ death: EndedContainer.Death? = nil) {
    let hasEntry = running[id]?.hasEntry ?? ended[id]?.hasEntry ?? false
    ended[id] = EndedContainer(at: now, hasEntry: hasEntry, death: death ?? ended[id]?.death)
    (running[id], unknownSince[id]) = (nil, nil)
  }

  /// - Parameter reason: nil if the stream's end was logged already.
  mutating func disconnect(_ reason: String? = nil) {
    if stream.isAway { return }
    if let reason { logTrouble(reason) }
    emit(.unsubscribe)
    endEngineRequest()
    // The engine's earlier answers are stale.
    if comparison?.candidate?.isVerified == false { comparison?.candidate = nil }
    for id in ended.keys { ended[id]?.death = nil }
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
      (running, ended, unknownSince, removed) = ([:], [:], [:], [:])
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
      if ended[id]?.death != nil { isUnreliable = true }
      noteRunning(id)
    }
    // What the stream has reported since the request is newer than the list.
    changed.formUnion(listed)
    for (id, container) in running {
      if !changed.contains(id) { noteEnd(id) }
      if case .failed = container.inspection { running[id]?.inspection = .pending }
    }
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
      let isOurs = isKnown || entry.engine == .ours || entry.engine == .sameKind && ended[id] != nil
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
