/// A request to Consul's agent.
public enum AgentRequest<Service: Registrable>: Hashable, Sendable {
  /// List the services whose Meta has this host's boot ID.
  case listServices
  /// List the critical *alive* checks: a living wrapper keeps its check passing.
  case listCriticalChecks
  /// Read the entry under this ID; it may belong to another container by now.
  case verify(AgentEntry)
  case register(Service)
  case deregister(AgentEntry)
}
