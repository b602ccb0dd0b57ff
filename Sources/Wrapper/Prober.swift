internal import Clients
internal import HTTP
internal import Linux
internal import Options
internal import WrapperCore

/// Finds out whether the process is ready, in the way that was asked for.
struct Prober: ~Copyable {
  private var connectProbe: ConnectProbe?
  private var command: CommandProbe?
  /// Whether any address will do that the service may be bound to.
  private let isAnywhere: Bool

  init(_ service: Service, from ports: SourcePorts, at index: Int, in environment: ProbeEnvironment) {
    isAnywhere = service.ready == .tcp
    switch service.ready {
    case .none: break
    case .tcp:
      connectProbe = ConnectProbe(
        service.port.map { SocketAddress.loopbacks(port: $0) } ?? [], from: ports, at: index)
    case .tcpAt(let host, let port):
      connectProbe = ConnectProbe(SocketAddress.local(host: host, port: port), from: ports, at: index)
    case .unix(let path):
      let address = SocketAddress.unix(path: [UInt8](path.utf8))
      connectProbe = ConnectProbe(address.map { [$0] } ?? [], from: ports, at: index)
    case .http(let host, let port, let path):
      let request = StatusReader.request(host: hostField(host, port), path: path)
      let targets = SocketAddress.local(host: host, port: port)
      connectProbe = ConnectProbe(targets, from: ports, at: index, request: request)
    case .exec(let command): self.command = CommandProbe(command, in: environment)
    }
  }

  /// Gives the result where it is known at once.
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

  /// What the connection under way is watched by.
  var tag: UInt64? {
    switch connectProbe {
    case .some(let connectProbe): connectProbe.tag
    case .none: nil
    }
  }

  /// Called when the connection under way can be gone on with.
  mutating func proceed(_ poller: borrowing Poller) -> Health? { connectProbe?.proceed(poller) ?? nil }

  /// Called with every child that has ended; gives the result if it was the probe's.
  mutating func take(_ ended: ExitedChild) -> Health? { command?.take(ended) ?? nil }
}

extension SocketAddress {
  static func loopbacks(port: Int) -> [SocketAddress] { [.loopback(port: port), .loopback6(port: port)] }

  /// An IP address, or `localhost`, which is both loopbacks without asking anybody.
  static func local(host: String, port: Int) -> [SocketAddress] {
    SocketAddress.numeric(host: host, port: port).map { [$0] } ?? loopbacks(port: port)
  }
}
