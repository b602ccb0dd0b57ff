/// A condition to log; the strings are reasons.
public enum WatcherNotice: Hashable, Sendable {
  case watching(running: Int)
  case engineAway(String)
  case agentAway(String)
  case agentAnswers
  case removed(AgentEntry)
  case registered(Registration)
  case refused(id: String, String)
  /// Two running containers are to be registered under this ID.
  case idShared(String)
  case inspectFailed(container: String, String)
  /// Variables of a container that can't be used.
  case invalid(String)
  /// The engine's ID isn't known.
  case engineUnidentified
  /// The entry was removed because its container was gone, and another process registered it again.
  case cameBack(AgentEntry)
  case leaving(registrations: Int)
}
