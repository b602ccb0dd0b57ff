internal import Formats
public import Linux
public import Options

extension ServerAddress {
  /// The addresses that need no resolver.
  public var knownAddresses: [SocketAddress] {
    switch self {
    case .unix(let path): SocketAddress.unix(path: [UInt8](path.utf8)).map { [$0] } ?? []
    case .tcp(let host, let port): SocketAddress.numeric(host: host, port: port).map { [$0] } ?? []
    }
  }

  /// RFC 9110 section 7.2; a unix socket has no host to name.
  public var hostField: String {
    switch self {
    case .unix: "localhost"
    case .tcp(let host, let port): Formats.hostField(host, port)
    }
  }

  /// The text for the log: the path of a unix socket, else `host:port`.
  public var text: String {
    switch self {
    case .unix(let path): path
    case .tcp: hostField
    }
  }

  /// Whether it is a loopback address; in a container that is rarely where the agent is.
  public var isLoopback: Bool { knownAddresses.contains { $0.port != nil && $0.isLocal } }
}
