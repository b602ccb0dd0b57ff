internal import Linux
internal import Options
internal import Runtime
internal import WrapperCore

/// Connects one service to Consul, and runs its probe. A class, because an array can't hold values that own
/// descriptors.
final class ServiceConnector {
  private var agent: AgentConnection
  private var prober: Prober

  init(_ agent: consuming AgentConnection, _ prober: consuming Prober) {
    self.agent = agent
    self.prober = prober
  }

  /// What was last registered; nil: the agent's own address.
  var registeredAddress: String? { agent.registeredAddress }

  /// Returns the result if it is known at once.
  func probe(_ poller: borrowing Poller) -> [ServiceEvent] {
    prober.start(registered: agent.advertisedAddress, poller).map { [.probed($0)] } ?? []
  }

  func cancelProbe() { prober.cancel() }

  /// Returns events that are known at once.
  func send(_ requests: [ServiceRequest], _ poller: borrowing Poller) -> [ServiceEvent] {
    agent.send(requests, poller)
  }

  func disconnect() { agent.disconnect() }

  /// The events behind a poller's tag; none if its connection was closed.
  func proceed(_ tag: UInt64, _ poller: borrowing Poller) -> [ServiceEvent] {
    if let events = agent.proceed(tag, poller) { return events }
    return prober.proceed(tag, poller).map { [.probed($0)] } ?? []
  }

  /// Called with every child that has ended.
  func take(_ ended: ExitedChild) -> [ServiceEvent] { prober.take(ended).map { [.probed($0)] } ?? [] }
}
