public enum WatcherNotice: Hashable, Sendable {
  case watching(running: Int)
  case engineAway(String)
  case agentAway(String)
  case agentAnswers
  case removed(AgentEntry)
  case registered(Registration)
  case refused(id: String, String)
  /// Two that run are to be registered under it.
  case idShared(String)
  case inspectFailed(container: String, String)
  /// The engine doesn't say which one it is.
  case engineUnidentified
  /// It was removed because its container was gone, and has been registered again.
  case cameBack(AgentEntry)
  case leaving(registrations: Int)
}
