/// An effect to perform. The interpreter performs effects in order and decides nothing.
public enum WatcherEffect<Service: Registrable>: Hashable, Sendable {
  case subscribe
  /// End the stream, and the request beside it.
  case unsubscribe
  case sendToEngine(EngineRequest)
  case cancelEngineRequest
  case sendToAgent(AgentRequest<Service>)
  case cancelAgentRequest
  case log(WatcherNotice)
  case exit
}
