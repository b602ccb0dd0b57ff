/// What can happen to a supervised process and its registrations. A probe's result and what concerns an agent is about one
/// service, everything else about all of them.
public enum Event: Hashable, Sendable {
  /// The supervisor was sent a signal.
  case signal(Signal)
  /// The process has ended and was reaped; whether others of our children are left, whoever started them.
  case ended(ExitStatus, childrenLeft: Bool = false)
  /// After the process, another child has ended.
  case childEnded(childrenLeft: Bool)
  /// The process was stopped by this signal.
  case suspended(by: Int32)
  /// The process goes on after that.
  case continued
  /// The probe that was asked for has its result.
  case probed(Health)
  /// There is a connection to the agent, and what was to be sent is on its way.
  case sent
  /// What was registered holds good no longer, though the agent still has it: our token is another.
  case outdated
  /// The oldest unanswered request has its answer.
  case answered(ServiceAnswer)
  /// The connection to the agent could not be made, or broke, before everything was answered.
  case lost(Failure)
  /// Time has passed, perhaps as far as `nextDeadline`.
  case elapsed
}
