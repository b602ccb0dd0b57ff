@testable import WrapperCore

/// What is known of one service's health, as far as can be seen from outside.
struct ProbeMonitor: Hashable {
  private(set) var isProbing = false
  /// It was seen to accept: from then on it is registered.
  private(set) var isReady: Bool
  /// What the last probe said.
  private var accepts: Bool
  private var isSuspended = false
  private let hasProbe: Bool

  init(_ policy: ServicePolicy) {
    hasProbe = policy.probe != nil
    (isReady, accepts) = (!hasProbe, !hasProbe)
  }

  /// What *ready* is to say.
  var isHealthy: Bool { accepts && !isSuspended }

  mutating func follow(_ transition: Observation, isAlive: Bool) -> [Breach] {
    take(transition, isAlive: isAlive)
    var breaches: [Breach] = []
    for effect in transition.effects {
      switch effect {
      case .probe:
        if isProbing { breaches.append(.probesTwice) }
        if transition.wasWithdrawn { breaches.append(.probesAfterStop) }
        isProbing = true
      case .cancelProbe:
        if !isProbing { breaches.append(.cancelsNoProbe) }
        if transition.step.event == .elapsed { accepts = false }
        isProbing = false
      case .send(let requests): breaches += requests.flatMap { judge($0) }
      case .disconnect, .signal, .suspendSelf, .terminateRemaining, .killRemaining, .log, .exit: break
      }
    }
    if isProbing && transition.isWithdrawn { breaches.append(.probesAfterStop) }
    return breaches
  }

  private mutating func take(_ transition: Observation, isAlive: Bool) {
    guard transition.isMine else { return }
    switch transition.step.event {
    case .probed(let health) where isProbing:
      isProbing = false
      accepts = health == .accepting
      if isHealthy { isReady = true }
    case .suspended(let signal) where isAlive && signal != 20:
      isSuspended = true
      // Until it was probed again.
      if isReady && hasProbe { accepts = false }
    case .continued: isSuspended = false
    case .probed, .suspended, .signal, .ended, .childEnded, .sent, .outdated, .answered, .lost, .elapsed:
      break
    }
  }

  private func judge(_ request: ServiceRequest) -> [Breach] {
    switch request {
    case .register where !isReady: [.registersBeforeReady]
    case .alive where !isReady: [.registersBeforeReady]
    case .register(let health), .ready(let health):
      (health == .accepting) == isHealthy ? [] : [.claimsWrongHealth]
    case .inspect, .markCritical, .alive, .deregister: []
    }
  }

  /// What is of no more interest is forgotten.
  func coarse(isWithdrawn: Bool) -> ProbeMonitor {
    var watch = self
    if isWithdrawn { (watch.accepts, watch.isSuspended) = (true, false) }
    return watch
  }
}
