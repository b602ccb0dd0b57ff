public enum AgentAnswer: Hashable, Sendable {
  case done
  /// It doesn't know the service: gone already.
  case unknown
  case refused(String)
  case failing(String)
}
