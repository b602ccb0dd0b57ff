@testable import WrapperCore

/// One service's requests to the agent, and the entry that the agent may have, as seen from outside.
struct AgentMonitor: Hashable {
  /// How an exchange ended.
  enum Outcome: Hashable { case good, failed, overloaded, refused }

  /// Sent on the open connection, and unanswered.
  private(set) var unanswered: [ServiceRequest] = []
  /// A connection was opened, and not lost or closed since.
  private(set) var isConnected = false
  /// The connection is established, and the requests are being sent.
  private var isSent = false
  /// The connection was lost, and not closed yet.
  private var isBroken = false
  /// The agent's entry: none of ours, an earlier run's, or this run's.
  private(set) var entry = Entry.none
  /// The entry before the last registration.
  private var entryBefore = Entry.none
  /// A foreign entry was found under our ID, and wasn't overwritten since.
  private(set) var isForeign = false
  /// Whether the agent confirmed *ready* as passing.
  private(set) var isConfirmedPassing: Bool?
  /// The agent has accepted a registration of ours.
  private(set) var hasWorked = false
  /// The registration must be renewed.
  private(set) var isOutdated = false
  /// The deregistration was sent since the stop began.
  private var hasSentDeregistration = false
  /// This exchange began with a registration.
  private var registers = false
  /// The first failure of this exchange.
  private var trouble: Outcome?
  /// The outcome of the last exchange, and whether it ended in this transition.
  private(set) var outcome = Outcome.good
  private(set) var hasJustEnded = false

  enum Entry: Hashable { case none, earlier, ours }

  var mayBeListed: Bool { entry != .none }
  var awaitsDeregistration: Bool { unanswered.contains(.deregister) }

  mutating func follow(_ transition: Observation, of index: Int) -> [Breach] {
    hasJustEnded = false
    if let event = transition.event(of: index) { apply(event) }
    var breaches: [Breach] = []
    for effect in transition.effects(of: index) {
      switch effect {
      case .send(let requests): breaches += send(requests, transition)
      case .disconnect: breaches += disconnect(transition)
      case .log(.deregistrationUnconfirmed) where !mayBeListed: breaches.append(.logsWrongly)
      case .probe, .cancelProbe, .log: break
      }
    }
    return breaches
  }

  /// Called with the transition that exits.
  func checkExit(_ transition: Observation, of index: Int) -> [Breach] {
    guard mayBeListed else { return [] }
    return (hasSentDeregistration ? [] : [.exitsWithoutDeregistering])
      + (transition.effects(of: index).contains(.log(.deregistrationUnconfirmed)) ? [] : [.logsWrongly])
  }

  /// Called with every other transition.
  func check(_ transition: Observation) -> [Breach] {
    var breaches: [Breach] = []
    if isConnected && unanswered.isEmpty { breaches.append(.keepsAnIdleConnection) }
    if transition.isStopping && mayBeListed && !hasSentDeregistration {
      breaches.append(.stopsWithoutDeregistering)
    }
    return breaches
  }

  /// - Parameter isStopping: then only the deregistration matters.
  func coarse(isStopping: Bool) -> AgentMonitor {
    var monitor = self
    monitor.unanswered = unanswered.map(\.coarse)
    monitor.hasJustEnded = false
    monitor.registers = registers && isConnected
    if !monitor.unanswered.contains(where: { $0.registers }) { monitor.entryBefore = .none }
    if isStopping { monitor.isForeign = monitor.isForeign && !mayBeListed }
    let isSettled =
      entry == .ours && (entryBefore == .ours || !(isSent && unanswered.contains { $0.registers }))
    if isStopping || !isSettled { (monitor.isConfirmedPassing, monitor.isOutdated) = (nil, false) }
    if isStopping { monitor.hasWorked = false }
    return monitor
  }
}

// MARK: Events
extension AgentMonitor {
  private mutating func apply(_ event: ServiceEvent) {
    switch event {
    case .sent: reach()
    case .answered(let answer):
      reach()
      if !unanswered.isEmpty { conclude(unanswered.removeFirst(), answer) }
    case .lost(let failure):
      if isConnected { end(failure == .closed ? .overloaded : .failed) }
      (isSent, isBroken, unanswered) = (false, isConnected, [])
    case .outdated: if entry == .ours { isOutdated = true }
    case .probed: break
    }
  }

  private mutating func reach() {
    guard isConnected, !isSent else { return }
    isSent = true
    if unanswered.contains(where: { $0.registers }) {
      (entryBefore, entry, isForeign) = (entry, .ours, false)
    }
  }

  private mutating func conclude(_ request: ServiceRequest, _ received: ServiceAnswer) {
    let hasBody = received == .different || received == .foreign("another")
    // Bodies of replies to other requests than inspect are ignored.
    let answer = hasBody && request != .inspect ? .done : received
    switch (request, answer) {
    case (_, .failed(.denied)), (_, .failed(.rejected)): trouble = trouble ?? .refused
    case (_, .failed(.busy)): trouble = trouble ?? .overloaded
    case (_, .failed), (.register, .unknown): trouble = trouble ?? .failed
    case (_, _): break
    }
    switch (request, answer) {
    case (.deregister, .done), (.deregister, .unknown): entry = .none
    case (.inspect, .unknown): (entry, isForeign) = (.none, false)
    case (.inspect, .foreign): (entry, isForeign) = (.none, true)
    case (.alive, .unknown), (.ready, .unknown): forget()
    case (.inspect, .different) where hasWorked: (entry, isOutdated, isForeign) = (.ours, true, false)
    case (.inspect, .done) where isForeign: (entry, isOutdated, isForeign) = (.ours, true, false)
    case (.inspect, .done), (.inspect, .different): if entry == .none { entry = .earlier }
    case (.register, .failed(.denied)), (.register, .failed(.rejected)): entry = entryBefore
    case (.register, .done): (hasWorked, isOutdated) = (true, false)
    case (.ready(let health), .done): isConfirmedPassing = health == .accepting
    case (_, _): break
    }
  }

  /// Right after a registration this is the agent's failure.
  private mutating func forget() {
    if registers && entry == .ours { trouble = trouble ?? .failed }
    entry = .none
  }

  private mutating func end(_ outcome: Outcome) {
    (self.outcome, hasJustEnded, trouble) = (outcome, true, nil)
  }
}

// MARK: Effects
extension AgentMonitor {
  private mutating func send(_ requests: [ServiceRequest], _ transition: Observation) -> [Breach] {
    var breaches: [Breach] = []
    if transition.policy.services.isEmpty { breaches.append(.sendsWithoutServices) }
    if transition.isStopping && requests != [.deregister] { breaches.append(.registersAfterStop) }
    let overwrites = hasWorked && requests.contains { $0.registers }
    if isForeign && (requests.contains(.deregister) || requests.contains(.markCritical) || overwrites) {
      breaches.append(.deregistersForeign)
    }
    let pipelines =
      isSent && transition.isStopping && !transition.wasStopping && unanswered.contains { $0.registers }
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
    if transition.isStopping && requests.contains(.deregister) { hasSentDeregistration = true }
    return breaches
  }

  private mutating func disconnect(_ transition: Observation) -> [Breach] {
    defer { (isConnected, isSent, isBroken, unanswered, trouble) = (false, false, false, [], nil) }
    if !isConnected { return [.disconnectsNothing] }
    if unanswered.isEmpty && !isBroken { end(trouble ?? .good) }
    if unanswered.isEmpty || transition.isStopping && !transition.wasStopping {
      return isSent && unanswered.contains { $0.registers } ? [.dropsAnUnansweredRegistration] : []
    }
    if transition.step.event == .elapsed { end(.failed) }
    return transition.step.event == .elapsed ? [] : [.closesAConnectionInUse]
  }
}
