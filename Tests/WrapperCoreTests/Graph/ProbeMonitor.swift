@testable import WrapperCore

/// One service's probe and health, as seen from outside.
struct ProbeMonitor: Hashable {
  private(set) var isProbing = false
  /// A probe succeeded: from then on the service is registered.
  private(set) var isReady: Bool
  /// Whether the last probe succeeded.
  private var accepts: Bool
  private var isSuspended = false
  private let hasProbe: Bool

  init(_ policy: ServicePolicy) {
    hasProbe = policy.probe != nil
    (isReady, accepts) = (!hasProbe, !hasProbe)
  }

  /// Whether *ready* must be passing.
  var isHealthy: Bool { accepts && !isSuspended }

  mutating func follow(_ transition: Observation, of index: Int, isAlive: Bool) -> [Breach] {
    apply(transition, of: index, isAlive: isAlive)
    var breaches: [Breach] = []
    for effect in transition.effects(of: index) {
      switch effect {
      case .probe:
        if isProbing { breaches.append(.probesTwice) }
        if transition.wasStopping { breaches.append(.probesAfterStop) }
        isProbing = true
      case .cancelProbe:
        if !isProbing { breaches.append(.cancelsNoProbe) }
        if transition.step.event == .elapsed { accepts = false }
        isProbing = false
      case .send(let requests): breaches += requests.flatMap { check($0) }
      case .disconnect, .log: break
      }
    }
    if isProbing && transition.isStopping { breaches.append(.probesAfterStop) }
    return breaches
  }

  private mutating func apply(_ transition: Observation, of index: Int, isAlive: Bool) {
    switch transition.step.event {
    case .service(.probed(let health), of: index) where isProbing:
      isProbing = false
      accepts = health == .accepting
      if isHealthy { isReady = true }
    case .process(.suspended(let signal)) where isAlive && signal != 20:
      isSuspended = true
      // Until the next probe.
      if isReady && hasProbe { accepts = false }
    case .process(.continued): isSuspended = false
    case .process, .service: break
    }
  }

  private func check(_ request: ServiceRequest) -> [Breach] {
    switch request {
    case .register where !isReady: [.registersBeforeReady]
    case .alive where !isReady: [.registersBeforeReady]
    case .register(let health), .ready(let health):
      (health == .accepting) == isHealthy ? [] : [.reportsWrongHealth]
    case .inspect, .markCritical, .alive, .deregister: []
    }
  }

  /// Without the fields that no longer matter.
  func coarse(isStopping: Bool) -> ProbeMonitor {
    var monitor = self
    if isStopping { (monitor.accepts, monitor.isSuspended) = (true, false) }
    return monitor
  }
}
