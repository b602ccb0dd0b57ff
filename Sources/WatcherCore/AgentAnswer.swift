/// The agent's answer to a request; the strings are its reasons, for the log.
public enum AgentAnswer: Hashable, Sendable {
  case done
  /// The agent doesn't know the service: it is gone already.
  case unknown
  case refused(String)
  case failing(String)
}
