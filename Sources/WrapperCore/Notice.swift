/// What people should know, each condition once and then when it changes.
public enum Notice: Hashable, Sendable {
  case registered(RegistrationReason, after: Duration)
  case deregistered(after: Duration)
  case healthChanged(Health)
  case notAccepting(Health, after: Duration)
  case readyTimedOut(Health, after: Duration)
  case consulFailed(Failure, registered: Bool)
  case consulAnswers
  /// Our ID is registered by another, which may live: we overwrite each other.
  case foreignEntry(of: String)
  /// A stop signal came; it is forwarded now, or after the drain, as another where it is rewritten.
  case stopping(signal: Int32, as: Int32? = nil, DeregistrationResult, drain: Duration)
  /// The stop signal came from the terminal, which sent it to the process as well.
  case stoppedByTerminal(signal: Int32)
  /// The stop time-out is over.
  case killing
  case ended(ExitStatus)
  /// The process left others running, which are given this long to end.
  case waitingForRemaining(Duration)
  /// They didn't end in time.
  case killingRemaining
  /// The deregistration was not confirmed: what Consul shows from now on is up to its checks.
  case deregistrationUnconfirmed
}

/// Which registration this is.
public enum RegistrationReason: Hashable, Sendable {
  case first
  /// In the place of what an earlier life left behind.
  case replacing
  /// The agent had forgotten us.
  case again
  /// It had us otherwise than we are to be registered.
  case renewed
}

/// What became of the registration before a stop signal was forwarded.
public enum DeregistrationResult: Hashable, Sendable {
  case notRegistered
  case deregistered(after: Duration)
  case unconfirmed
}
