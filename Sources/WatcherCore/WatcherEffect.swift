/// An effect to perform. The interpreter performs effects in order and decides nothing.
public enum WatcherEffect: Hashable, Sendable {
  case subscribe
  case unsubscribe
  case sendToEngine(EngineRequest)
  case cancelEngineRequest
  case sendToAgent(AgentRequest)
  case cancelAgentRequest
  case log(WatcherNotice)
  case exit
}
