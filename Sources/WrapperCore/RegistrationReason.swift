/// Why the service is registered.
public enum RegistrationReason: Hashable, Sendable {
  case first
  /// It replaces the stale entry of an earlier run.
  case replacing
  /// The agent had lost the service.
  case again
  /// The agent's entry differed, or the token has changed.
  case renewed
}
