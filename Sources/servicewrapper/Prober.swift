internal import Runtime
internal import Formats
internal import Linux
internal import Options
internal import WrapperCore

/// Runs the service's probe: a connect, an HTTP GET or a command.
struct Prober: ~Copyable {
  private var connectProbe: ConnectProbe?
  private var command: CommandProbe?
  /// Whether the registered address is probed too, beside loopback.
  private let isAnywhere: Bool

  init(_ service: Service, from ports: SourcePorts, at index: Int, in environment: ProbeEnvironment) {
    isAnywhere = service.ready == .tcp
    switch service.ready {
    case .none: break
    case .tcp:
      connectProbe = ConnectProbe(
        service.port.map { SocketAddress.loopbacks(port: $0) } ?? [], from: ports, id: PollerTag.probe(index))
    case .tcpAt(let host, let port):
      connectProbe = ConnectProbe(SocketAddress.local(host: host, port: port), from: ports, id: PollerTag.probe(index))
    case .unix(let path):
      let address = SocketAddress.unix(path: [UInt8](path.utf8))
      connectProbe = ConnectProbe(address.map { [$0] } ?? [], from: ports, id: PollerTag.probe(index))
    case .http(let host, let port, let path):
      let request = message("GET", path, host: hostField(host, port), fields: [(name: "Accept", value: Array("*/*".utf8))])
      let targets = SocketAddress.local(host: host, port: port)
      connectProbe = ConnectProbe(targets, from: ports, id: PollerTag.probe(index), request: request)
    case .exec(let command): self.command = CommandProbe(command, in: environment)
    }
  }

  /// Returns the result if it is known at once.
  /// - Parameter registered: the address that clients are told, which may be the only one that is bound.
  mutating func start(registered: SocketAddress?, _ poller: borrowing Poller) -> Health? {
    if connectProbe != nil {
      return connectProbe?.start(registered: isAnywhere ? registered : nil, poller) ?? nil
    }
    return command?.start() ?? nil
  }

  mutating func cancel() {
    connectProbe?.cancel()
    command?.cancel()
  }

  /// Called when the poller returns a tag that isn't the agent connection's.
  mutating func proceed(_ tag: UInt64, _ poller: borrowing Poller) -> Health? {
    connectProbe?.proceed(tag, poller) ?? nil
  }

  /// Called with every child that has ended; returns the result if it was the probe's command.
  mutating func take(_ ended: ExitedChild) -> Health? { command?.take(ended) ?? nil }
}

extension SocketAddress {
  static func loopbacks(port: Int) -> [SocketAddress] { [.loopback(port: port), .loopback6(port: port)] }

  /// An IP address, or `localhost`, which is both loopbacks without resolving.
  static func local(host: String, port: Int) -> [SocketAddress] {
    SocketAddress.numeric(host: host, port: port).map { [$0] } ?? loopbacks(port: port)
  }
}
