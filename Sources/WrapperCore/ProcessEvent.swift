/// What can happen to the process, and to us.
public enum ProcessEvent: Hashable, Sendable {
  /// We received a signal.
  case signal(Signal)
  /// The process has ended and was reaped; whether we have other children, orphans included.
  case ended(ExitStatus, childrenLeft: Bool = false)
  /// Another child has ended after the process.
  case childEnded(childrenLeft: Bool)
  /// The process was suspended by this signal (SIGSTOP, SIGTSTP, SIGTTIN or SIGTTOU).
  case suspended(by: Int32)
  /// The process was continued (SIGCONT).
  case continued
  /// Time has passed, perhaps up to the deadline of `timeLeft`.
  case elapsed
}
