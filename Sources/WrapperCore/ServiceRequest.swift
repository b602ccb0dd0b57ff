/// What can be asked of Consul's agent about our one service ID.
public enum ServiceRequest: Hashable, Sendable {
  /// Is it there?
  case inspect
  /// Take what an earlier life left behind out of DNS: its *ready* check turns critical.
  case markCritical
  /// Register, *ready* starting as told.
  case register(Health)
  /// Renew *alive*.
  case alive
  /// Set *ready*.
  case ready(Health)
  case deregister

  var registers: Bool {
    switch self {
    case .register: true
    case .inspect, .markCritical, .alive, .ready, .deregister: false
    }
  }

  /// Whether it only renews checks, and may be sent again.
  var updates: Bool {
    switch self {
    case .alive, .ready: true
    case .inspect, .markCritical, .register, .deregister: false
    }
  }
}
