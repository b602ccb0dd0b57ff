internal import Formats
internal import Linux
internal import Options
internal import Runtime
internal import WrapperCore

/// Connects one service to Consul, and runs its probe. A class, because an array can't hold values that own
/// descriptors.
final class ServiceConnector {
  /// The connection to Consul's agent.
  var agent: AgentConnection
  private var connectProbe: ConnectProbe?
  private var commandProbe: CommandProbe?

  init(
    _ service: Service, agent: consuming AgentConnection, from ports: SourcePorts, at index: Int,
    mask: SignalMask, folder: [UInt8]
  ) {
    self.agent = agent
    let id = PollerTag.probe(index)
    switch service.ready {
    case .none: break
    case .tcp:
      connectProbe = ConnectProbe(
        service.port.map { SocketAddress.loopbacks(port: $0) } ?? [], isAnywhere: true, from: ports, id: id)
    case .tcpAt(let host, let port):
      connectProbe = ConnectProbe(SocketAddress.local(host: host, port: port), from: ports, id: id)
    case .unix(let path):
      connectProbe = ConnectProbe(ServerAddress.unix(path: path).knownAddresses, from: ports, id: id)
    case .http(let host, let port, let path):
      let accept = [(name: "Accept", value: [UInt8]("*/*".utf8))]
      let request = message("GET", path, host: hostField(host, port), fields: accept)
      let targets = SocketAddress.local(host: host, port: port)
      connectProbe = ConnectProbe(targets, request: request, from: ports, id: id)
    case .exec(let command): commandProbe = CommandProbe(command, mask: mask, folder: folder)
    }
  }

  /// Starts the probe; returns its result if it is known at once.
  func probe(_ poller: borrowing Poller) -> [ServiceEvent] {
    if connectProbe == nil { return probed(commandProbe?.start() ?? nil) }
    return probed(connectProbe?.start(registered: agent.advertisedAddress, poller) ?? nil)
  }

  func cancelProbe() {
    connectProbe?.cancel()
    commandProbe?.cancel()
  }

  /// The events behind a poller's tag; none if its connection was closed.
  func proceed(_ tag: UInt64, _ poller: borrowing Poller) -> [ServiceEvent] {
    agent.proceed(tag, poller) ?? probed(connectProbe?.proceed(tag, poller) ?? nil)
  }

  /// Called with every child that has ended.
  func take(_ ended: ExitedChild) -> [ServiceEvent] { probed(commandProbe?.take(ended)) }

  private func probed(_ health: Health?) -> [ServiceEvent] { health.map { [.probed($0)] } ?? [] }
}

extension SocketAddress {
  static func loopbacks(port: Int) -> [SocketAddress] { [.loopback(port: port), .loopback6(port: port)] }

  /// An IP address, or `localhost`, which is both loopbacks without resolving.
  static func local(host: String, port: Int) -> [SocketAddress] {
    SocketAddress.numeric(host: host, port: port).map { [$0] } ?? loopbacks(port: port)
  }
}
