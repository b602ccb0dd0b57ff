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
