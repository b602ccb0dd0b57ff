/// A condition of a service to log: once, and again when it changes.
public enum ServiceNotice: Hashable, Sendable {
  case registered(RegistrationReason, after: Duration)
  case deregistered(after: Duration)
  case healthChanged(Health)
  case notAccepting(Health, after: Duration)
  case readyTimedOut(Health, after: Duration)
  case consulFailed(Failure, registered: Bool)
  case consulAnswers
  /// A foreign entry has our ID: its process may live, and we overwrite each other.
  case foreignEntry(of: String)
  /// The deregistration wasn't confirmed: Consul's checks decide how long the service stays listed.
  case deregistrationUnconfirmed
}
