public import Linux
public import Options

extension Address {
  /// What is registered; nil for the agent's own address.
  ///
  /// Fails where the interface that was asked for has no address.
  public func registered(connection local: SocketAddress?) throws(SystemCallError) -> String? {
    switch self {
    case .literal(let text): return text
    case .interface(let name, let family):
      return try Interfaces.address(of: name, inet: family != .inet6, inet6: family != .inet).host
    case .auto:
      // A loopback address would lead clients to their own host.
      guard let local, !local.isLocal else { return nil }
      return local.host
    }
  }
}
