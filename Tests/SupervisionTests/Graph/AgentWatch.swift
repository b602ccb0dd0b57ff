@testable import Supervision

/// What the agent has been asked and may hold, as far as can be seen from outside.
struct AgentWatch: Hashable {
  /// Sent on the open connection and unanswered.
  private(set) var unanswered: [Request] = []
  /// A connection was asked for, and not lost or closed since.
  private(set) var isConnected = false
  /// There is one, and what was to be sent is on its way.
  private var isSent = false
  /// It was lost, and not closed yet.
  private var isBroken = false
  /// A registration was sent, or an earlier life's found, and nothing says that it is gone.
  private(set) var mayBeListed = false
  /// Before the last registration.
  private var wasListed = false
  /// Since we are to be gone.
  private var deregisterAsked = false

  mutating func follow(_ turn: Observation) -> [Breach] {
    take(turn.step.event)
    var breaches: [Breach] = []
    for effect in turn.effects {
      switch effect {
      case .send(let requests): breaches += send(requests, turn)
      case .disconnect: breaches += disconnect(turn)
      case .exit:
        if mayBeListed && !deregisterAsked { breaches.append(.exitsWithoutAskingToDeregister) }
        return breaches
      case .probe, .cancelProbe, .signal, .suspend, .terminateOthers, .killOthers, .log: break
      }
    }
    return breaches + judge(turn)
  }

  var coarse: AgentWatch {
    var watch = self
    watch.unanswered = unanswered.map(\.coarse)
    if !watch.unanswered.contains(where: { $0.registers }) { watch.wasListed = false }
    return watch
  }

  private mutating func take(_ event: Event) {
    switch event {
    case .sent: reach()
    case .answered(let answer):
      reach()
      if !unanswered.isEmpty { conclude(unanswered.removeFirst(), answer) }
    case .lost: (isSent, isBroken, unanswered) = (false, isConnected, [])
    case .signal, .ended, .otherEnded, .stopped, .continued, .probed, .outdated, .elapsed: break
    }
  }

  private mutating func reach() {
    guard isConnected, !isSent else { return }
    isSent = true
    if unanswered.contains(where: { $0.registers }) { (wasListed, mayBeListed) = (mayBeListed, true) }
  }

  private mutating func conclude(_ request: Request, _ answer: Answer) {
    switch (request, answer) {
    case (.deregister, .done), (.deregister, .unknown), (.inspect, .unknown), (.inspect, .foreign),
      (.alive, .unknown),
      (.ready, .unknown):
      mayBeListed = false
    case (.inspect, .done), (.inspect, .different): mayBeListed = true
    case (.register, .denied), (.register, .rejected): mayBeListed = wasListed
    case (_, _): break
    }
  }

  private mutating func send(_ requests: [Request], _ turn: Observation) -> [Breach] {
    var breaches: [Breach] = []
    if turn.plan.services.isEmpty { breaches.append(.speaksToConsulThoughToldNotTo) }
    if turn.isWithdrawn && requests != [.deregister] { breaches.append(.registersAfterWithdrawal) }
    let pipelines = isSent && turn.isWithdrawn && !turn.wasWithdrawn && unanswered.contains { $0.registers }
    if !unanswered.isEmpty && !(pipelines && requests == [.deregister]) {
      breaches.append(.sendsWhileUnanswered)
    }
    if isBroken { breaches.append(.sendsOnALostConnection) }
    if isConnected && !isSent { breaches.append(.sendsWhileUnanswered) }
    isConnected = true
    unanswered += requests
    if turn.isWithdrawn && requests.contains(.deregister) { deregisterAsked = true }
    return breaches
  }

  private mutating func disconnect(_ turn: Observation) -> [Breach] {
    defer { (isConnected, isSent, isBroken, unanswered) = (false, false, false, []) }
    if !isConnected { return [.disconnectsNothing] }
    if unanswered.isEmpty || turn.isWithdrawn && !turn.wasWithdrawn {
      return isSent && unanswered.contains { $0.registers } ? [.dropsAnUnansweredRegistration] : []
    }
    return turn.step.event == .elapsed ? [] : [.closesAConnectionInUse]
  }

  private func judge(_ turn: Observation) -> [Breach] {
    var breaches: [Breach] = []
    if isConnected && unanswered.isEmpty { breaches.append(.keepsAnIdleConnection) }
    if turn.isWithdrawn && mayBeListed && !deregisterAsked {
      breaches.append(.withdrawsWithoutAskingToDeregister)
    }
    return breaches
  }
}
