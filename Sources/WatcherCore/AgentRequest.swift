public enum AgentRequest: Hashable, Sendable {
  /// All entries with this boot's mark.
  case listServices
  /// The services whose *alive* check is critical: a living wrapper keeps it passing.
  case listCriticalChecks
  /// The entry under this ID, which may be another's by now.
  case verify(AgentEntry)
  case register(Registration)
  case deregister(AgentEntry)
}
