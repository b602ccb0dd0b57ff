// What each event means. What is to be done next is in `proceed`.

extension Watch {
  public mutating func handle(_ event: WatchEvent, at now: Duration) -> [WatchEffect] {
    var turn = Turn(now: now)
    receive(event, &turn)
    if end == nil { proceed(&turn) } else { proceedToEnd(&turn) }
    return turn.effects
  }

  private mutating func receive(_ event: WatchEvent, _ turn: inout Turn) {
    switch event {
    case .elapsed: elapse(&turn)
    case .identified(let engine): identified(engine, &turn)
    case .subscribed: subscribed(&turn)
    case .started(let id): note(id, runs: true, &turn)
    case .died(let id, let age):
      remember(id, age, turn.now)
      note(id, runs: false, &turn)
      nextComparison = turn.now
      comparison?.isOutdated = true
      untold[id]?.until = turn.now
    case .missed: nextList = turn.now
    case .listed(let id): listed.append(id)
    case .listEnded: finishList(&turn)
    case .inspected(let answer): inspected(answer, &turn)
    case .streamLost(let reason): loseStream(reason, &turn)
    case .queryLost(let reason): loseEngine(reason, &turn)
    case .entry(let entry): note(entry, &turn)
    case .critical(let id): comparison?.critical?.append(id)
    case .answered(let answer): answered(answer, &turn)
    case .requestLost(let reason): loseAgent(reason, &turn)
    case .stop: stop(&turn)
    }
  }

  private mutating func elapse(_ turn: inout Turn) {
    if case .subscribing(let patience) = stream, patience <= turn.now { loseEngine("no answer", &turn) }
    if let query, query.deadline <= turn.now { giveUp(query.subject, &turn) }
    if let request, request.deadline <= turn.now { loseAgent("no answer", &turn) }
  }
}

// MARK: The engine
extension Watch {
  private mutating func note(_ id: String, runs: Bool, _ turn: inout Turn) {
    if query != nil { news[id] = runs }
    if case .inspect(let asked) = query?.subject, isSame(asked, id) {
      // Its answer would be of before, and is hardly waited for. Not dropped: in a burst the engine would be asked for each
      // event.
      hurryQuery(turn.now + WatchPlan.untold)
    }
    if runs {
      if running[id] == nil { running[id] = .notYet }
      noteRunning(id)
    } else {
      noteEnd(id, turn.now)
    }
  }

  /// What is forgotten in a burst is found by its check, or had an entry before and is known by that.
  private mutating func noteEnd(_ id: String, _ now: Duration) {
    (running[id], absent[id]) = (nil, nil)
    if ended.count >= 100 { ended = [:] }
    ended[id] = now
  }

  private mutating func noteRunning(_ id: String) {
    (deaths[id], ended[id], absent[id]) = (nil, nil, nil)
    removed = removed.filter { !isSame($0.value.container, id) }
  }

  /// Another engine than before knows nothing of the former's containers.
  private mutating func identified(_ engine: String?, _ turn: inout Turn) {
    if let engine, let engineID, !isSame(engine, engineID) {
      (seen, ended, absent, removed) = ([], [:], [:], [:])
    }
    engineID = engine ?? engineID
    if engine == nil, !isUnidentifiedTold { turn.log(.engineUnidentified) }
    isUnidentifiedTold = engine == nil
  }

  /// Of those that are forgotten, and of what we didn't know, the engine is asked.
  private mutating func remember(_ id: String, _ age: Duration?, _ now: Duration) {
    guard let age, let before = running[id] else { return }
    // What the engine told later than that, or we registered, may be of the next life.
    var endsOurs = false
    if case .wanted(_, let since) = before { endsOurs = max(since, lastRegistered) < now - age }
    let surelyUntil = age < WatchPlan.fresh ? now - age + WatchPlan.restart : nil
    if deaths.count >= 100 { deaths = [:] }
    deaths[id] = Death(heard: now, surelyUntil: surelyUntil, endsOurs: endsOurs)
  }

  private mutating func finishList(_ turn: inout Turn) {
    guard query?.subject == .list else { return }
    let before = running
    running = [:]
    let known = before.filter { $0.value != .untold }
    for id in listed { running[id] = known[id] ?? .notYet }
    for (id, runs) in news { running[id] = runs ? known[id] ?? .notYet : nil }
    for id in before.keys where running[id] == nil && ended[id] == nil { noteEnd(id, turn.now) }
    absent = absent.filter { running[$0.key] == nil }
    removed = removed.filter { running[$0.value.container] == nil }
    endQuery()
    let pause = isDoubtful ? WatchPlan.secondListing : WatchPlan.listing
    if case .listing = stream { stream = .open }
    deaths = deaths.filter { running[$0.key] == nil && turn.now - $0.value.heard < WatchPlan.remembered }
    (nextList, nextComparison) = (turn.now + pause, turn.now)
    if isStreamGone || shortStreams >= 3 { return }
    if !isEngineKnown || isEngineTroubleTold { turn.log(.watching(running: othersRunning)) }
    (isEngineKnown, isEngineTroubleTold) = (true, false)
  }

  /// Whether our own container is in the engine's first list depends on how fast we are.
  private var othersRunning: Int {
    running.count - (plan.ownContainer.map { running[$0] == nil ? 0 : 1 } ?? 0)
  }

  /// The first list after an engine's return, and one that has a container whose end we have just heard of.
  private var isDoubtful: Bool { stream == .listing || running.keys.contains { deaths[$0] != nil } }

  private mutating func subscribed(_ turn: inout Turn) {
    guard case .subscribing = stream else { return }
    (stream, openSince) = (.listing, turn.now)
  }

  /// One container that it hangs over isn't the engine.
  private mutating func giveUp(_ asked: EngineQuery, _ turn: inout Turn) {
    guard case .inspect = asked else { return loseEngine("no answer", &turn) }
    turn.emit(.dropQuery)
    inspected(.untold("no answer"), &turn)
  }

  private mutating func inspected(_ answer: Inspected, _ turn: inout Turn) {
    guard case .inspect(let id) = query?.subject else { return }
    let isOvertaken = news[id] != nil
    endQuery()
    // Something happened to it while the engine was asked: it is asked again.
    if isOvertaken { return }
    switch answer {
    case .running(let wanted):
      noteRunning(id)
      running[id] = plan.registers ? .wanted(wanted, since: turn.now) : .notYet
      comparison?.suspects.removeAll { isSame($0.container, id) }
      if plan.registers { tellOfShared(wanted, turn: &turn) }
      if unexplored == nil { nextComparison = turn.now }
    case .untold(let reason): notTold(id, reason, &turn)
    case .stopped, .unknown:
      // Its end isn't reported yet.
      if running[id] != nil { noteEnd(id, turn.now) }
      takeDead(id, isKnown: answer == .stopped, &turn)
    }
    if case .untold = answer { return }
    untold[id] = nil
  }

  /// One ID can be registered for one only.
  private mutating func tellOfShared(_ wanted: [Registration], turn: inout Turn) {
    for one in wanted {
      let isShared = running.values.contains { $0.wanted.contains { isSame($0.id, one.id) && $0 != one } }
      if isShared { turn.log(.idShared(one.id)) }
    }
  }

  /// Only where it is verified at once; else it is asked about again.
  private mutating func takeDead(_ id: String, isKnown: Bool, _ turn: inout Turn) {
    guard request == nil, let comparison, comparison.dead == nil, comparison.verified == nil else { return }
    let all = comparison.suspects.filter { isSame($0.container, id) }
    let removable = all.first { entry in
      let isOurs = isKnown || entry.engine == .ours || entry.engine == .sameKind && hasRun(id)
      return isOurs && !hasReturned(entry)
    }
    self.comparison?.suspects.removeAll { $0 == removable || removable == nil && isSame($0.container, id) }
    if let removable {
      self.comparison?.dead = removable
      return
    }
    // An engine knows nothing of another kind's containers.
    for entry in all where isKnown || entry.engine != .other {
      absent[id] = turn.now
      leave(entry, &turn)
    }
  }

  /// To be removed only if its checks say that its container is dead.
  private mutating func leave(_ entry: Entry, _ turn: inout Turn) {
    comparison?.unconfirmed.append(entry)
    guard hasReturned(entry), removed[entry.id]?.isReturnTold == false else { return }
    removed[entry.id]?.isReturnTold = true
    turn.log(.cameBack(entry))
  }

  /// Whether the entry was removed already, and registered again by somebody else.
  func hasReturned(_ entry: Entry) -> Bool {
    guard let removal = removed[entry.id], isSame(removal.container, entry.container) else { return false }
    return entry.registration == nil || !unanswered.contains(entry.id)
  }

  /// The others aren't held up by it.
  private mutating func notTold(_ id: String, _ reason: String, _ turn: inout Turn) {
    let since = untold[id]?.since ?? turn.now
    if running[id] != nil {
      running[id] = .untold
      // Soon at first, and the more seldom the longer it goes on.
      let pause = max(WatchPlan.secondListing, turn.now - since)
      nextList = min(nextList, turn.now + min(pause, WatchPlan.listing))
    }
    comparison?.suspects.removeAll { isSame($0.container, id) }
    let until = turn.now + WatchPlan.untold
    nextComparison = min(nextComparison, until)
    // Of several the first is named.
    let isTold = untold.values.contains { isSame($0.reason, reason) }
    if untold.count >= 1_000 { untold = [:] }
    untold[id] = Untold(reason: reason, since: since, until: until)
    if isTold { return }
    turn.log(.untold(container: id, reason))
  }

  private mutating func hurryQuery(_ deadline: Duration) {
    query = query.map { Waiting(subject: $0.subject, deadline: min($0.deadline, deadline)) }
  }

  private mutating func endQuery() { (query, listed, news) = (nil, [], [:]) }

  private mutating func loseEngine(_ reason: String, _ turn: inout Turn) {
    if case .away = stream { return }
    tell(reason, &turn)
    leaveEngine(&turn)
  }

  private mutating func loseStream(_ reason: String, _ turn: inout Turn) {
    guard stream == .listing || stream == .open else { return loseEngine(reason, &turn) }
    tell(reason, &turn)
    isStreamGone = true
  }

  private mutating func tell(_ reason: String, _ turn: inout Turn) {
    if !isEngineTroubleTold { turn.log(.engineAway(reason)) }
    isEngineTroubleTold = true
  }

  mutating func leaveEngine(_ turn: inout Turn) {
    if query != nil { turn.emit(.dropQuery) }
    turn.emit(.unsubscribe)
    endQuery()
    // What it said is no longer of now.
    comparison?.dead = nil
    comparison?.verified = nil
    deaths = [:]
    if stream == .listing || stream == .open {
      let isSteady = turn.now - openSince >= WatchPlan.steadiness
      shortStreams = isSteady ? 0 : min(shortStreams + 1, 3)
      if isSteady { engineFailures = 0 }
    }
    isStreamGone = false
    stream = .away(until: turn.now + WatchPlan.backoff(after: engineFailures))
    engineFailures = min(engineFailures + 1, 10)
  }
}

// MARK: The agent
extension Watch {
  private mutating func answered(_ answer: AgentAnswer, _ turn: inout Turn) {
    guard let asked = request?.subject, let sent = request.map({ $0.deadline - WatchPlan.agentPatience })
    else { return }
    if case .failing(let reason) = answer { return loseAgent(reason, &turn) }
    if asked == .look, case .refused(let reason) = answer { return loseAgent(reason, &turn) }
    request = nil
    (agentFailures, agentPause) = (0, .zero)
    if isAgentTroubleTold { turn.log(.agentAnswers) }
    isAgentTroubleTold = false
    switch asked {
    case .look: finishLook(turn.now)
    case .listCritical: finishChecks(turn.now)
    case .verify(let entry):
      if case .refused(let reason) = answer { refuse(entry.id, reason, &turn) }
      verified(entry, sent: sent, &turn)
    case .register(let registration): registered(registration, answer, &turn)
    case .deregister(let entry): deregistered(entry, answer, &turn)
    }
  }

  private mutating func note(_ entry: Entry, _ turn: inout Turn) {
    switch request?.subject {
    case .look:
      // Another watcher's.
      if entry.registration != nil && entry.engine == .other { return }
      if running[entry.container] != nil { return comparison?.note(entry, beside: running) ?? () }
      if let until = untold[entry.container]?.until, turn.now < until {
        nextComparison = min(nextComparison, until)
      } else if absent[entry.container] != nil {
        leave(entry, &turn)
      } else {
        comparison?.suspects.append(entry)
      }
    case .verify: comparison?.holder = entry.container
    case .listCritical, .register, .deregister, nil: break
    }
  }

  /// The entry is still the dead container's, as of just now, and that hasn't started since; or all is looked at anew.
  private mutating func verified(_ entry: Entry, sent: Duration, _ turn: inout Turn) {
    let isHolder = comparison?.holder.map { isSame($0, entry.container) } ?? false
    let isSure = comparison?.surelyUntil.map { turn.now < $0 } ?? true
    let isDead = comparison?.dead == entry && running[entry.container] == nil && isSure
    let isMisnamed = comparison?.misnamed.contains(entry) ?? false
    comparison?.dead = nil
    comparison?.surelyUntil = nil
    comparison?.holder = nil
    comparison?.misnamed.removeAll { $0 == entry }
    let isStillSo = stream == .open && (isDead || isMisnamed)
    let freshness = isStreamGone ? WatchPlan.freshnessUnheard : WatchPlan.freshness
    if isHolder && isStillSo && turn.now - sent <= freshness {
      comparison?.verified = entry
    } else {
      nextComparison = min(nextComparison, turn.now + WatchPlan.pause)
      comparison?.isOutdated = true
    }
  }

  private mutating func finishLook(_ now: Duration) {
    comparison?.isComplete = true
    own = comparison?.own ?? []
    let left = comparison?.unconfirmed ?? []
    let suspects = comparison?.suspects ?? []
    seen = seen.filter { one in suspects.contains { isSame($0.container, one) } }
    seen.formUnion(comparison?.running ?? [])
    absent = absent.filter { one in left.contains { isSame($0.container, one.key) } }
    ended = ended.filter { one in
      now - one.value < WatchPlan.endRemembered || suspects.contains { isSame($0.container, one.key) }
    }
    removed = removed.filter { one in
      now - one.value.at < WatchPlan.removalRemembered || left.contains { isSame($0.id, one.key) }
    }
  }

  /// Looked at again soon where a container has only just been found unknown, then ever more seldom.
  private mutating func finishChecks(_ now: Duration) {
    let latest = (comparison?.unconfirmed ?? []).compactMap { absent[$0.container] }.max() ?? .zero
    nextComparison = min(nextComparison, now + WatchPlan.checksPause(age: now - latest))
  }

  private mutating func registered(_ registration: Registration, _ answer: AgentAnswer, _ turn: inout Turn) {
    if case .refused(let reason) = answer { return refuse(registration.id, reason, &turn) }
    refusals[registration.id] = nil
    unanswered.remove(registration.id)
    own.removeAll { isSame($0.id, registration.id) }
    own.append(registration)
    renewed.insert(registration.id)
    comparison?.own = own
    turn.log(.registered(registration))
  }

  private mutating func deregistered(_ entry: Entry, _ answer: AgentAnswer, _ turn: inout Turn) {
    comparison?.verified = nil
    if case .refused(let reason) = answer { return refuse(entry.id, reason, &turn) }
    refusals[entry.id] = nil
    renewed.remove(entry.id)
    unanswered.remove(entry.id)
    if running[entry.container] == nil {
      if removed.count >= 100 { removed = [:] }
      removed[entry.id] = Removal(container: entry.container, at: turn.now)
    }
    own.removeAll { isSame($0.id, entry.id) }
    comparison?.own.removeAll { isSame($0.id, entry.id) }
    turn.log(.removed(entry))
  }

  private mutating func refuse(_ id: String, _ reason: String, _ turn: inout Turn) {
    comparison?.givenUp.append(id)
    if let told = refusals[id], isSame(told, reason) { return }
    // Not for ever, in a host's long life.
    if refusals.count >= 1_000 { refusals = [:] }
    refusals[id] = reason
    turn.log(.refused(id: id, reason))
  }

  private mutating func loseAgent(_ reason: String, _ turn: inout Turn) {
    guard let asked = request?.subject else { return }
    if case .register(let registration) = asked {
      if unanswered.count >= 1_000 { unanswered = [] }
      unanswered.insert(registration.id)
    }
    turn.emit(.dropRequest)
    (request, comparison) = (nil, nil)
    nextComparison = turn.now
    agentPause = turn.now + WatchPlan.backoff(after: agentFailures)
    agentFailures += 1
    if !isAgentTroubleTold { turn.log(.agentAway(reason)) }
    isAgentTroubleTold = true
  }
}

extension Comparison {
  mutating func note(_ entry: Entry, beside running: [String: Explored]) {
    self.running.insert(entry.container)
    if let registration = entry.registration { own.append(registration) }
    switch running[entry.container] {
    case .wanted(let wanted, _) where entry.registration != nil:
      if !wanted.contains(where: { isSame($0.id, entry.id) }) { misnamed.append(entry) }
    case .notYet, .untold, .wanted, nil: break
    }
  }
}
