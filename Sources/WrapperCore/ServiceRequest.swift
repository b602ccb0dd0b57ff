/// A request to Consul's agent about one service.
public enum ServiceRequest: Hashable, Sendable {
  /// Read the entry under our ID.
  case inspect
  /// Set *ready* of an earlier run's entry critical, which takes it out of DNS.
  case markCritical
  /// Register, with *ready* starting at this health.
  case register(Health)
  /// Renew *alive*.
  case alive
  /// Set *ready*.
  case ready(Health)
  case deregister

  var registers: Bool { if case .register = self { true } else { false } }

  /// Whether it only updates checks, and may be sent again.
  var updates: Bool {
    switch self {
    case .alive, .ready: true
    case .inspect, .markCritical, .register, .deregister: false
    }
  }
}
