@testable import WrapperCore

/// What the agent has been asked about one service and may hold, as far as can be seen from outside.
struct AgentMonitor: Hashable {
  /// How an exchange ended.
  enum Outcome: Hashable { case good, failed, overloaded, refused }

  /// Sent on the open connection and unanswered.
  private(set) var unanswered: [ServiceRequest] = []
  /// A connection was asked for, and not lost or closed since.
  private(set) var isConnected = false
  /// There is one, and what was to be sent is on its way.
  private var isSent = false
  /// It was lost, and not closed yet.
  private var isBroken = false
  /// What the agent may have: nothing of ours, an earlier life's, or this one's.
  private(set) var entry = Entry.none
  /// Before the last registration.
  private var entryBefore = Entry.none
  /// Another was found under our ID, and wasn't overwritten since.
  private(set) var isAnothers = false
  /// What it confirmed of *ready*.
  private(set) var saysPassing: Bool?
  /// It took a registration of ours, ever.
  private(set) var hasWorked = false
  /// The registration is to be repeated.
  private(set) var isOutdated = false
  /// Since we are to be gone.
  private var deregisterAsked = false
  /// This exchange began with a registration.
  private var registers = false
  /// The first trouble of this exchange.
  private var trouble: Outcome?
  /// Of the last exchange, and whether it ended in this turn.
  private(set) var outcome = Outcome.good
  private(set) var hasJustEnded = false

  enum Entry: Hashable { case none, earlier, ours }

  var mayBeListed: Bool { entry != .none }
  var asksToDeregister: Bool { unanswered.contains(.deregister) }

  mutating func follow(_ transition: Observation) -> [Breach] {
    hasJustEnded = false
    hasJustEnded = false
    if transition.isMine { take(transition.step.event) }
    var breaches: [Breach] = []
    for effect in transition.effects {
      switch effect {
      case .send(let requests): breaches += send(requests, transition)
      case .disconnect: breaches += disconnect(transition)
      case .log(.deregistrationUnconfirmed) where !mayBeListed: breaches.append(.logsWrongly)
      case .probe, .cancelProbe, .signal, .suspendSelf, .terminateRemaining, .killRemaining, .log, .exit:
        break
      }
    }
    return breaches
  }

  /// Where the exit is done, in this turn.
  func judgeExit(_ transition: Observation) -> [Breach] {
    guard mayBeListed else { return [] }
    return (deregisterAsked ? [] : [.exitsWithoutDeregistering])
      + (transition.effects.contains(.log(.deregistrationUnconfirmed)) ? [] : [.logsWrongly])
  }

  /// What holds after every turn but the last.
  func judge(_ transition: Observation) -> [Breach] {
    var breaches: [Breach] = []
    if isConnected && unanswered.isEmpty { breaches.append(.keepsAnIdleConnection) }
    if transition.isWithdrawn && mayBeListed && !deregisterAsked {
      breaches.append(.stopsWithoutDeregistering)
    }
    return breaches
  }

  /// - Parameter isWithdrawn: then only the deregistration matters.
  func coarse(isWithdrawn: Bool) -> AgentMonitor {
    var watch = self
    watch.unanswered = unanswered.map(\.coarse)
    watch.hasJustEnded = false
    watch.registers = registers && isConnected
    if !watch.unanswered.contains(where: { $0.registers }) { watch.entryBefore = .none }
    if isWithdrawn { watch.isAnothers = watch.isAnothers && !mayBeListed }
    let isSettled =
      entry == .ours && (entryBefore == .ours || !(isSent && unanswered.contains { $0.registers }))
    if isWithdrawn || !isSettled { (watch.saysPassing, watch.isOutdated) = (nil, false) }
    if isWithdrawn { watch.hasWorked = false }
    return watch
  }
}

// MARK: What happens to it
extension AgentMonitor {
  private mutating func take(_ event: Event) {
    switch event {
    case .sent: reach()
    case .answered(let answer):
      reach()
      if !unanswered.isEmpty { conclude(unanswered.removeFirst(), answer) }
    case .lost(let failure):
      if isConnected { end(failure == .closed ? .overloaded : .failed) }
      (isSent, isBroken, unanswered) = (false, isConnected, [])
    case .outdated: if entry == .ours { isOutdated = true }
    case .signal, .ended, .childEnded, .suspended, .continued, .probed, .elapsed: break
    }
  }

  private mutating func reach() {
    guard isConnected, !isSent else { return }
    isSent = true
    if unanswered.contains(where: { $0.registers }) {
      (entryBefore, entry, isAnothers) = (entry, .ours, false)
    }
  }

  private mutating func conclude(_ request: ServiceRequest, _ said: ServiceAnswer) {
    let isEntry = said == .different || said == .foreign("another")
    // What is said where nothing was asked is only a success.
    let answer = isEntry && request != .inspect ? .done : said
    switch (request, answer) {
    case (_, .denied), (_, .rejected): trouble = trouble ?? .refused
    case (_, .busy): trouble = trouble ?? .overloaded
    case (_, .failing), (.register, .unknown): trouble = trouble ?? .failed
    case (_, _): break
    }
    switch (request, answer) {
    case (.deregister, .done), (.deregister, .unknown): entry = .none
    case (.inspect, .unknown): (entry, isAnothers) = (.none, false)
    case (.inspect, .foreign): (entry, isAnothers) = (.none, true)
    case (.alive, .unknown), (.ready, .unknown): forget()
    case (.inspect, .different) where hasWorked: (entry, isOutdated, isAnothers) = (.ours, true, false)
    case (.inspect, .done) where isAnothers: (entry, isOutdated, isAnothers) = (.ours, true, false)
    case (.inspect, .done), (.inspect, .different): if entry == .none { entry = .earlier }
    case (.register, .denied), (.register, .rejected): entry = entryBefore
    case (.register, .done): (hasWorked, isOutdated) = (true, false)
    case (.ready(let health), .done): saysPassing = health == .accepting
    case (_, _): break
    }
  }

  /// Right after a registration that is a fault of the agent's.
  private mutating func forget() {
    if registers && entry == .ours { trouble = trouble ?? .failed }
    entry = .none
  }

  private mutating func end(_ outcome: Outcome) {
    (self.outcome, hasJustEnded, trouble) = (outcome, true, nil)
  }
}

// MARK: What is done about it
extension AgentMonitor {
  private mutating func send(_ requests: [ServiceRequest], _ transition: Observation) -> [Breach] {
    var breaches: [Breach] = []
    if transition.policy.services.isEmpty { breaches.append(.talksToConsulUninvited) }
    if transition.isWithdrawn && requests != [.deregister] { breaches.append(.registersAfterStop) }
    let overwrites = hasWorked && requests.contains { $0.registers }
    if isAnothers && (requests.contains(.deregister) || requests.contains(.markCritical) || overwrites) {
      breaches.append(.deregistersForeign)
    }
    let pipelines =
      isSent && transition.isWithdrawn && !transition.wasWithdrawn && unanswered.contains { $0.registers }
    let passes = isSent && unanswered.isEmpty && requests.allSatisfy { $0.updates }
    if !unanswered.isEmpty && !(pipelines && requests == [.deregister]) {
      breaches.append(.sendsWhileUnanswered)
    }
    if isBroken { breaches.append(.sendsOnALostConnection) }
    if isConnected && !isBroken && unanswered.isEmpty && !passes { breaches.append(.keepsAnIdleConnection) }
    if isConnected && !isSent { breaches.append(.sendsWhileUnanswered) }
    if !passes { registers = requests.contains { $0.registers } }
    isConnected = true
    unanswered += requests
    if transition.isWithdrawn && requests.contains(.deregister) { deregisterAsked = true }
    return breaches
  }

  private mutating func disconnect(_ transition: Observation) -> [Breach] {
    defer { (isConnected, isSent, isBroken, unanswered, trouble) = (false, false, false, [], nil) }
    if !isConnected { return [.disconnectsNothing] }
    if unanswered.isEmpty && !isBroken { end(trouble ?? .good) }
    if unanswered.isEmpty || transition.isWithdrawn && !transition.wasWithdrawn {
      return isSent && unanswered.contains { $0.registers } ? [.dropsAnUnansweredRegistration] : []
    }
    if transition.step.event == .elapsed { end(.failed) }
    return transition.step.event == .elapsed ? [] : [.closesAConnectionInUse]
  }
}
