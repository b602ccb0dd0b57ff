/// What can happen to a service: the result of its probe, or news from Consul's agent.
public enum ServiceEvent: Hashable, Sendable {
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
}
