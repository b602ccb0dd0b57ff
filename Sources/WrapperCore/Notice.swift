/// A condition to log: once, and again when it changes.
public enum Notice: Hashable, Sendable {
  case registered(RegistrationReason, after: Duration)
  case deregistered(after: Duration)
  case healthChanged(Health)
  case notAccepting(Health, after: Duration)
  case readyTimedOut(Health, after: Duration)
  case consulFailed(Failure, registered: Bool)
  case consulAnswers
  /// A foreign entry has our ID: its process may live, and we overwrite each other.
  case foreignEntry(of: String)
  /// A stop signal was received; it is forwarded now or after the drain, rewritten if so configured.
  case stopping(signal: Int32, as: Int32? = nil, DeregistrationResult, drain: Duration)
  /// The stop signal came from the terminal, so the process has received it too.
  case stoppedByTerminal(signal: Int32)
  /// The stop time-out has passed.
  case killing
  case ended(ExitStatus)
  /// The process left others running; they get this long to end.
  case waitingForRemaining(Duration)
  /// The remaining processes didn't end in time.
  case killingRemaining
  /// The deregistration wasn't confirmed: Consul's checks decide how long the service stays listed.
  case deregistrationUnconfirmed
}
