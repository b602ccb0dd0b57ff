/// A service's state at Consul's agent: the wanted and the confirmed state, and the requests that make the two agree.
/// One exchange at a time; after a failure, a pause. ARCHITECTURE.md has a diagram of the confirmed states.
struct Registry: Hashable {
  enum Wanted: Hashable {
    /// The process isn't ready yet.
    case nothingYet
    case present
    /// Final: the process is stopping or has ended.
    case absent
  }

  /// The entry under our ID, according to the agent's answers.
  enum Confirmed: Hashable {
    case notInspected
    case absent
    /// A foreign entry has our ID; we don't deregister it.
    case foreign
    /// An earlier run's entry, still in DNS.
    case stale
    /// An earlier run's entry without our checks: only a deregistration takes it out of DNS.
    case staleWithoutChecks
    /// An earlier run's entry with *ready* critical, so out of DNS.
    case markedCritical
    /// A registration was sent and isn't answered.
    case unconfirmed
    case present
  }

  let policy: ServicePolicy
  private(set) var wanted: Wanted = .nothingYet
  var wantedSince: Duration = .zero
  private(set) var confirmed: Confirmed = .notInspected
  var exchange: Exchange?
  /// When to send again: a heartbeat, or the end of a pause; boottime.
  var nextAttempt: Duration?
  /// Failures in a row, counted as far as the backoff grows.
  var failures = 0
  /// The failure that was logged; nil after a successful exchange.
  var trouble: Failure?
  /// Whether the last registration was logged.
  var isRegistrationLogged = false
  /// The last health that the agent confirmed for *ready*.
  var confirmedHealth: Health?
  /// The agent's entry differs from what it should be.
  var isOutdated = false
  /// When the agent's entry is to be compared with ours, with a heartbeat; boottime.
  var nextComparison: Duration = .zero
  /// The owner of our ID that was logged last.
  var loggedOwner = ""
  /// Whether the agent has ever accepted our registration.
  var hasRegistered = false
  /// Why the next registration is sent.
  var registrationReason = RegistrationReason.first

  init(_ policy: ServicePolicy) { self.policy = policy }
}

// MARK: Questions
extension Registry {
  /// Whether the agent may list this run or an earlier one.
  var mayBeListed: Bool {
    switch confirmed {
    case .notInspected, .absent, .foreign: false
    case .stale, .staleWithoutChecks, .markedCritical, .unconfirmed, .present: true
    }
  }

  /// Whether clients may have been directed to this process.
  var mayServe: Bool { confirmed == .present || confirmed == .unconfirmed }

  /// Whether the agent has accepted our registration: it may soon accept again what it refuses now. An agent that
  /// restarts under ACLs denies every token until it has read its own state.
  private var hasWorked: Bool { mayServe || hasRegistered }

  /// Whether the agent may list us and its last answer was that it is at its limit.
  var isOverloaded: Bool { mayBeListed && (trouble?.isOverloaded ?? false) }

  /// Whether a deregistration was sent to an agent that can be expected to answer.
  var isDeregistering: Bool { trouble == nil && (exchange?.deregisters ?? false) }

  /// Whether the agent may list us and an answer can arrive within that time.
  func mayBeDeregistered(within duration: Duration, from now: Timestamps) -> Bool {
    guard mayBeListed else { return false }
    return exchange != nil || nextAttempt.map { $0 - now.boottime <= duration } ?? false
  }

  func answerIsOverdue(at now: Timestamps) -> Bool { exchange.map { $0.deadline <= now.monotonic } ?? false }

  /// True once when the next attempt is due.
  mutating func takeAttempt(at now: Timestamps) -> Bool {
    guard let due = nextAttempt, due <= now.boottime else { return false }
    nextAttempt = nil
    return true
  }
}

// MARK: The process becomes ready, or stops
extension Registry {
  mutating func becameReady(_ transition: inout ServiceTransition) {
    wanted = .present
    wantedSince = transition.now.monotonic
    ask(health: .accepting, &transition)
  }

  /// From here on no registration is sent.
  mutating func deregister(_ transition: inout ServiceTransition) {
    guard wanted != .absent else { return }
    wanted = .absent
    wantedSince = transition.now.monotonic
    failures = 0
    if exchange?.mayStillRegister ?? false {
      // Behind the registration on its connection: a hung agent that recovers keeps this order only.
      exchange?.append([.deregister], at: transition.now)
      transition.emit(.send([.deregister]))
    } else {
      // Check updates can't register a service, so unanswered ones are dropped.
      endExchange(&transition)
      ask(health: .accepting, &transition)
    }
  }
}

// MARK: Requests
extension Registry {
  /// Sends the requests that make confirmed agree with wanted, unless an exchange is pending.
  mutating func ask(health: Health, _ transition: inout ServiceTransition) {
    guard exchange == nil else { return }
    nextAttempt = nil
    // After a failure the checks suffice, and the agent may be busy.
    let compares = trouble == nil && nextComparison <= transition.now.boottime
    let requests = due(compares: compares, health: health)
    if requests.isEmpty { return }
    exchange = Exchange(requests, confirmed: confirmed, policy, at: transition.now)
    transition.emit(.send(requests))
  }

  private func due(compares: Bool, health: Health) -> [ServiceRequest] {
    let checks = policy.ttl != nil
    return switch (wanted, confirmed) {
    case (.nothingYet, .notInspected): [.inspect]
    case (.nothingYet, .stale): [checks ? .markCritical : .deregister]
    case (.nothingYet, .staleWithoutChecks): [.deregister]
    case (.nothingYet, _): []
    case (.present, .present) where isOutdated: [.register(health)]
    case (.present, .present) where !checks: [.inspect]
    case (.present, .present): (compares ? [.inspect] : []) + [.alive, .ready(health)]
    // Overwritten by a living foreign process: it keeps the ID until it is gone.
    case (.present, .foreign) where hasWorked: [.inspect]
    // An unconfirmed entry would stay passing: a registration doesn't change an existing check, and renews its TTL.
    case (.present, .unconfirmed) where checks && health != .accepting && confirmedHealth != health:
      [.ready(health)]
    case (.present, _): [.register(health)]
    case (.absent, .notInspected), (.absent, .absent), (.absent, .foreign): []
    case (.absent, _): [.deregister]
    }
  }

  private mutating func endExchange(_ transition: inout ServiceTransition) {
    guard exchange != nil else { return }
    exchange = nil
    transition.emit(.disconnect)
  }
}

// MARK: Requests are sent
extension Registry {
  mutating func sent(at now: Timestamps) {
    guard exchange?.isSent == false else { return }
    exchange?.markSent(at: now)
    if exchange?.registers ?? false {
      (confirmed, isRegistrationLogged, confirmedHealth) = (.unconfirmed, false, nil)
    }
  }

  /// The token has changed. A foreign entry isn't ours to renew.
  mutating func outdated() {
    if confirmed == .present { renew() }
  }

  /// The next request registers the service again.
  private mutating func renew() {
    (confirmed, isOutdated) = (.present, true)
    if registrationReason == .again { registrationReason = .renewed }
  }
}

// MARK: A request is answered
extension Registry {
  mutating func answered(_ answer: ServiceAnswer, health: Health, _ transition: inout ServiceTransition) {
    sent(at: transition.now)
    guard let request = exchange?.takeOldest(at: transition.now) else { return }
    settle(request, request == .inspect ? answer : answer.withoutEntry, &transition)
    if request.registers, policy.ttl != nil { passChecks(health, &transition) }
    if exchange?.isOver ?? false { finish(health: health, &transition) }
  }

  private mutating func settle(
    _ request: ServiceRequest, _ answer: ServiceAnswer, _ transition: inout ServiceTransition
  ) {
    switch (request, answer) {
    case (.inspect, .done) where confirmed == .notInspected,
      (.inspect, .different) where confirmed == .notInspected:
      (confirmed, registrationReason) = (.stale, .replacing)
    case (.inspect, .done): if confirmed == .foreign { renew() }
    case (.inspect, .different): renew()
    case (.inspect, .foreign(let owner)): foundForeign(owner, &transition)
    case (.inspect, .unknown), (.deregister, .done), (.deregister, .unknown): confirmed = .absent
    case (.markCritical, .done): confirmed = .markedCritical
    case (.markCritical, .unknown): confirmed = .staleWithoutChecks
    case (.register, .done): (confirmed, isOutdated, hasRegistered) = (.present, false, true)
    case (.ready(let health), .done): confirmedHealth = health
    case (.alive, .done), (_, .foreign), (_, .different): break
    case (.alive, .unknown), (.ready, .unknown): foundForgotten()
    case (.register, .unknown): exchange?.note(.failing("it knows no such service"))
    case (_, .failed(let failure)):
      exchange?.note(failure)
      // A refused registration changed nothing.
      if request.registers, failure.isRefusal, let exchange { confirmed = exchange.confirmedBefore }
    }
  }

  /// Logged when we are about to overwrite a foreign entry, and when it has overwritten ours.
  private mutating func foundForeign(_ owner: String, _ transition: inout ServiceTransition) {
    confirmed = .foreign
    if owner.utf8.elementsEqual(loggedOwner.utf8) { return }
    loggedOwner = owner
    transition.log(.foreignEntry(of: owner))
  }

  /// The agent lost its state, or another client deregistered the service. Right after a registration it is the
  /// agent's fault, and registering again at once would only repeat it.
  private mutating func foundForgotten() {
    guard mayServe else { return }
    confirmed = .absent
    if exchange?.registers ?? false { exchange?.note(.failing("it forgot the registration at once")) }
  }

  /// An existing check keeps its status whatever the registration says. Not sent together with it: an agent that was
  /// hung and finds us gone carries out the request behind the first, a deregistration perhaps, and none after that.
  private mutating func passChecks(_ health: Health, _ transition: inout ServiceTransition) {
    guard (wanted, confirmed) == (.present, .present) else { return }
    exchange?.append([.alive, .ready(health)], at: transition.now)
    transition.emit(.send([.alive, .ready(health)]))
  }

  /// Every request of the exchange is answered.
  private mutating func finish(health: Health, _ transition: inout ServiceTransition) {
    let refusal = exchange?.refusal
    endExchange(&transition)
    if let refusal { return pause(after: refusal, &transition) }
    failures = 0
    if nextComparison <= transition.now.boottime || !isRegistrationLogged {
      nextComparison = transition.now.boottime + policy.comparison
    }
    logSuccess(&transition)
    let isTrue = !isOutdated && (policy.ttl == nil || confirmedHealth == health)
    if (wanted, confirmed) == (.present, .present), isTrue {
      nextAttempt = transition.now.boottime + policy.beat
    } else if wanted == .present && confirmed == .foreign && hasWorked {
      nextAttempt = transition.now.boottime + policy.comparison
    } else {
      ask(health: health, &transition)
    }
  }

  private mutating func logSuccess(_ transition: inout ServiceTransition) {
    if confirmed == .present && !isRegistrationLogged {
      transition.log(.registered(registrationReason, after: transition.now.monotonic - wantedSince))
      (registrationReason, isRegistrationLogged) = (.again, true)
    } else if trouble != nil {
      transition.log(.consulAnswers)
    }
    trouble = nil
  }
}

// MARK: The connection fails, or a request
extension Registry {
  mutating func lost(_ failure: Failure, _ transition: inout ServiceTransition) {
    guard exchange != nil else { return }
    endExchange(&transition)
    pause(after: failure, &transition)
  }

  private mutating func pause(after failure: Failure, _ transition: inout ServiceTransition) {
    if !(trouble?.isSameCondition(as: failure) ?? false) {
      trouble = failure
      transition.log(.consulFailed(failure, registered: hasWorked))
    }
    let isHopeless = failure.isRefusal && (wanted == .absent || !hasWorked)
    // The agent may accept at any moment, and a stop is short.
    let isShort =
      failure.isOverloaded && wanted == .absent
      && wantedSince + Interval.stopBudget > transition.now.monotonic
    let pause = isHopeless ? policy.backoffWhenRefused : policy.backoff(after: isShort ? 0 : failures)
    if !isShort { failures = min(failures + 1, ServicePolicy.countedFailures) }
    nextAttempt = wanted == .absent && !mayBeListed ? nil : transition.now.boottime + pause
  }
}
