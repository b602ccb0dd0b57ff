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
    case .entry(let entry): note(entry, turn.now)
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
    if !runs { running[id] = nil } else if running[id] == nil { running[id] = .notYet }
    if runs { deaths[id] = nil }
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
    let before = running.filter { $0.value != .untold }
    running = [:]
    for id in listed { running[id] = before[id] ?? .notYet }
    for (id, runs) in news { running[id] = runs ? before[id] ?? .notYet : nil }
    endQuery()
    let pause = isDoubtful ? WatchPlan.secondListing : WatchPlan.listing
    if case .listing = stream { stream = .open }
    deaths = deaths.filter { running[$0.key] == nil && turn.now - $0.value.heard < WatchPlan.remembered }
    (nextList, nextComparison) = (turn.now + pause, turn.now)
    if isStreamGone || shortStreams >= 3 { return }
    if !isEngineKnown || isEngineTroubleTold { turn.log(.watching(running: running.count)) }
    (isEngineKnown, isEngineTroubleTold) = (true, false)
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
      deaths[id] = nil
      running[id] = plan.registers ? .wanted(wanted, since: turn.now) : .notYet
      comparison?.suspects.removeAll { isSame($0.container, id) }
      if plan.registers { tellOfShared(wanted, turn: &turn) }
      if unexplored == nil { nextComparison = turn.now }
    case .untold(let reason): notTold(id, reason, &turn)
    case .stopped, .unknown:
      running[id] = nil
      takeDead(id, isKnown: answer == .stopped)
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
  private mutating func takeDead(_ id: String, isKnown: Bool) {
    guard request == nil, let comparison, comparison.dead == nil, comparison.verified == nil,
      let place = comparison.suspects.firstIndex(where: { isSame($0.container, id) })
    else { return }
    let suspect = comparison.suspects[place]
    self.comparison?.suspects.remove(at: place)
    // An engine knows nothing of another one's containers.
    if isKnown || suspect.isOfOurEngine { self.comparison?.dead = suspect }
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
    case .look: finishLook()
    case .verify(let entry):
      if case .refused(let reason) = answer { refuse(entry.id, reason, &turn) }
      verified(entry, sent: sent, &turn)
    case .register(let registration): registered(registration, answer, &turn)
    case .deregister(let entry): deregistered(entry, answer, &turn)
    }
  }

  private mutating func note(_ entry: Entry, _ now: Duration) {
    switch request?.subject {
    case .look:
      if running[entry.container] == nil, let until = untold[entry.container]?.until, now < until {
        nextComparison = min(nextComparison, until)
      } else {
        comparison?.note(entry, beside: running)
      }
    case .verify: comparison?.holder = entry.container
    case .register, .deregister, nil: break
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

  private mutating func finishLook() {
    comparison?.isComplete = true
    own = comparison?.own ?? []
  }

  private mutating func registered(_ registration: Registration, _ answer: AgentAnswer, _ turn: inout Turn) {
    if case .refused(let reason) = answer { return refuse(registration.id, reason, &turn) }
    refusals[registration.id] = nil
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
    if request == nil { return }
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
    if let registration = entry.registration, running[entry.container] != nil { own.append(registration) }
    switch running[entry.container] {
    case nil: suspects.append(entry)
    case .wanted(let wanted, _) where entry.registration != nil:
      if !wanted.contains(where: { isSame($0.id, entry.id) }) { misnamed.append(entry) }
    case .notYet, .untold, .wanted: break
    }
  }
}
