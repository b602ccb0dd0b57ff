/// The state of the deregistration when a stop signal is forwarded.
public enum DeregistrationResult: Hashable, Sendable {
  case notRegistered
  case deregistered(after: Duration)
  case unconfirmed
}
