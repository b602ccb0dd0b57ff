internal import Clients
internal import Linux
internal import Options
internal import Reporting
internal import WrapperCore

/// One service's way to Consul, and its probe. An object, because what owns descriptors can't be in an array itself.
final class Registrar {
  private var link: AgentLink
  private var prober: Prober

  init(_ link: consuming AgentLink, _ prober: consuming Prober) {
    self.link = link
    self.prober = prober
  }

  /// What was last registered; nil: the agent's own address.
  var registeredAddress: String? { link.registeredAddress }

  /// What came of it where that is known at once.
  func perform(_ effect: Effect, _ poller: borrowing Poller) -> [Event] {
    switch effect {
    case .probe:
      return prober.start(registered: link.advertisedAddress, poller).map { [.probed($0)] } ?? []
    case .cancelProbe: prober.cancel()
    case .send(let requests): return link.send(requests, poller)
    case .disconnect: link.disconnect()
    case .signal, .suspend, .terminateOthers, .killOthers, .log, .exit: break
    }
    return []
  }

  /// What the poller's news mean; nothing, if they are of a connection that was closed.
  func proceed(_ tag: UInt64, _ poller: borrowing Poller) -> [Event] {
    if tag == link.tag { return link.proceed(poller) }
    if tag == link.resolverTag { return link.resolved(poller) }
    if tag == link.farewellTag { link.sayFarewell(poller) }
    if tag == prober.tag { return prober.proceed(poller).map { [.probed($0)] } ?? [] }
    return []
  }

  /// Called with every child that has ended.
  func take(_ ended: Reaped) -> [Event] { prober.take(ended).map { [.probed($0)] } ?? [] }
}
