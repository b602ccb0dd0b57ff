/// An effect on a service's probe or on its connection to Consul's agent.
public enum ServiceEffect: Hashable, Sendable {
  /// Probe the service; the result comes as `ServiceEvent.probed`.
  case probe
  /// Cancel the pending probe.
  case cancelProbe
  /// Send these requests to the agent on the open connection, behind the unanswered ones; without one, connect first.
  case send([ServiceRequest])
  /// Close the connection to the agent; unanswered requests are dropped.
  case disconnect
  case log(ServiceNotice)
}
