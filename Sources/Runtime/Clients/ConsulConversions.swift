// Conversions from the options' types to those of Consul.

public import Consul
public import Linux
public import Options

extension Definition {
  /// A definition with all of the service's checks; *ready* starts as passing if `isReady`, else as critical.
  /// - Parameter address: nil for the agent's own.
  public init(
    _ service: Service, address: String?, isReady: Bool, identity: Identity
  ) {
    self.init(
      name: service.name, id: service.id, port: service.advertisedPort, address: address, tags: service.tags,
      meta: service.meta.map { Definition.Meta(key: $0.key, value: $0.value) },
      checks: service.ttl.map {
        TTLChecks(ttl: $0, deregisterAfter: service.deregisterAfter, ready: isReady ? .passing : .critical)
      })
    agentChecks = service.checks.map {
      AgentCheck(AgentCheck.Target($0.target), fields: $0.fields)
    }
    (moreChecks, fields, tenancy) = (service.fileChecks, service.fields, service.tenancy)
    if service.isIdentified { identify(as: identity) }
  }
}

extension AgentCheck.Target {
  /// The same target, as the API's type.
  public init(_ target: ConsulCheck.Target) {
    switch target {
    case .http(let path): self = .http(path: path)
    case .https(let path): self = .https(path: path)
    case .tcp: self = .tcp
    case .grpc: self = .grpc
    case .script(let text): self = .script(text)
    }
  }
}

extension Service {
  /// The namespace and partition of Consul Enterprise; neither if unset.
  public var tenancy: Tenancy { Tenancy(namespace: namespace, partition: partition) }
}

extension Address {
  /// What is registered; nil for the agent's own address.
  ///
  /// Fails where the interface that was asked for has no address.
  public func registered(connection local: SocketAddress?) throws(SystemCallError) -> String? {
    switch self {
    case .literal(let text): return text
    case .interface(let name, .any): return try Interfaces.address(of: name).host
    case .interface(let name, .inet): return try Interfaces.address(of: name, family: .inet).host
    case .interface(let name, .inet6): return try Interfaces.address(of: name, family: .inet6).host
    case .auto:
      // A loopback address would lead clients to their own host.
      guard let local, !local.isLocal else { return nil }
      return local.host
    }
  }
}
