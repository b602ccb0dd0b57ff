internal import Runtime
internal import Linux
internal import Options
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

  /// Returns events that are known at once.
  func perform(_ effect: Effect, _ poller: borrowing Poller) -> [Event] {
    switch effect {
    case .probe:
      return prober.start(registered: agent.advertisedAddress, poller).map { [.probed($0)] } ?? []
    case .cancelProbe: prober.cancel()
    case .send(let requests): return agent.send(requests, poller)
    case .disconnect: agent.disconnect()
    case .signal, .suspendSelf, .terminateRemaining, .killRemaining, .log, .exit: break
    }
    return []
  }

  /// The events behind a poller's tag; none if its connection was closed.
  func proceed(_ tag: UInt64, _ poller: borrowing Poller) -> [Event] {
    if let events = agent.proceed(tag, poller) { return events }
    return prober.proceed(tag, poller).map { [.probed($0)] } ?? []
  }

  /// Called with every child that has ended.
  func take(_ ended: ExitedChild) -> [Event] { prober.take(ended).map { [.probed($0)] } ?? [] }
}
