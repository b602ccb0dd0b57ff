/// What can happen to the process and its registrations. A probe's result and the agent's events concern one service,
/// all others concern every service.
public enum Event: Hashable, Sendable {
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
  /// The probe's result.
  case probed(Health)
  /// Connected to the agent, and the requests are being sent.
  case sent
  /// The registration must be renewed, because the token has changed.
  case outdated
  /// The answer to the oldest unanswered request.
  case answered(ServiceAnswer)
  /// The connection to the agent failed before every request was answered.
  case lost(Failure)
  /// Time has passed, perhaps up to the deadline of `timeLeft`.
  case elapsed
}
