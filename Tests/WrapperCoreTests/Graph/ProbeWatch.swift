@testable import WrapperCore

/// What is known of one service's health, as far as can be seen from outside.
struct ProbeWatch: Hashable {
  private(set) var isProbing = false
  /// It was seen to accept: from then on it is registered.
  private(set) var isReady: Bool
  /// What the last probe said.
  private var accepts: Bool
  private var isStopped = false
  private let hasProbe: Bool

  init(_ plan: ServicePlan) {
    hasProbe = plan.probe != nil
    (isReady, accepts) = (!hasProbe, !hasProbe)
  }

  /// What *ready* is to say.
  var isHealthy: Bool { accepts && !isStopped }

  mutating func follow(_ turn: Observation, isAlive: Bool) -> [Breach] {
    take(turn, isAlive: isAlive)
    var breaches: [Breach] = []
    for effect in turn.effects {
      switch effect {
      case .probe:
        if isProbing { breaches.append(.probesTwice) }
        if turn.wasWithdrawn { breaches.append(.probesWhatIsLeft) }
        isProbing = true
      case .cancelProbe:
        if !isProbing { breaches.append(.cancelsNoProbe) }
        if turn.step.event == .elapsed { accepts = false }
        isProbing = false
      case .send(let requests): breaches += requests.flatMap { judge($0) }
      case .disconnect, .signal, .suspend, .terminateOthers, .killOthers, .log, .exit: break
      }
    }
    if isProbing && turn.isWithdrawn { breaches.append(.probesWhatIsLeft) }
    return breaches
  }

  private mutating func take(_ turn: Observation, isAlive: Bool) {
    guard turn.isMine else { return }
    switch turn.step.event {
    case .probed(let health) where isProbing:
      isProbing = false
      accepts = health == .accepting
      if isHealthy { isReady = true }
    case .stopped(let signal) where isAlive && signal != 20:
      isStopped = true
      // Until it was probed again.
      if isReady && hasProbe { accepts = false }
    case .continued: isStopped = false
    case .probed, .stopped, .signal, .ended, .otherEnded, .sent, .outdated, .answered, .lost, .elapsed: break
    }
  }

  private func judge(_ request: Request) -> [Breach] {
    switch request {
    case .register where !isReady: [.registersBeforeReady]
    case .alive where !isReady: [.registersBeforeReady]
    case .register(let health), .ready(let health):
      (health == .accepting) == isHealthy ? [] : [.claimsWrongHealth]
    case .inspect, .retire, .alive, .deregister: []
    }
  }

  /// What is of no more interest is forgotten.
  func coarse(isWithdrawn: Bool) -> ProbeWatch {
    var watch = self
    if isWithdrawn { (watch.accepts, watch.isStopped) = (true, false) }
    return watch
  }
}
