/// Which agent has the service's registration, and which former ones may still have it: one that failed and was replaced
/// by another. The service is deregistered there when they are back, since one ID must not stay on two agents.
public struct FormerAgents<Address: Hashable & Sendable>: Hashable, Sendable {
  /// The agent that has the last registration, as far as we know.
  private var registered: Address?
  /// Agents that may still have the service, in the order in which to try them.
  private var agents: [Address] = []
  /// The agent where the deregistration is being tried.
  private var current: Address?

  /// No agent has a registration yet.
  public init() {}

  /// A registration is being sent to this agent. Returns whether a deregistration there has to be cancelled.
  public mutating func register(at agent: Address) -> Bool {
    if let registered, registered != agent, !agents.contains(registered) { agents.append(registered) }
    registered = agent
    return forget(agent)
  }

  /// The agent where to try next; called with every heartbeat. A pending attempt is to be cancelled.
  public mutating func next() -> Address? {
    current = agents.isEmpty ? nil : agents.removeFirst()
    // The next attempt goes to another agent.
    if let current { agents.append(current) }
    return current
  }

  /// The agent answered with this status. 404: it doesn't have the service. After any other the attempt is repeated.
  public mutating func receive(status: Int) {
    if let current, 200...299 ~= status || status == 404 { _ = forget(current) }
  }

  /// Returns whether a deregistration was being tried there.
  private mutating func forget(_ agent: Address) -> Bool {
    agents.removeAll { $0 == agent }
    guard current == agent else { return false }
    current = nil
    return true
  }
}
