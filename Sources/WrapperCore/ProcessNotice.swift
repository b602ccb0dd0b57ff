/// A condition of the process to log.
public enum ProcessNotice: Hashable, Sendable {
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
}
