/// The two TTL checks of a service.
public enum CheckKind: String, Hashable, Sendable, CaseIterable {
  /// That we are there to update it.
  case alive
  /// What the probe says of the process.
  case ready

  /// Explicit, because Consul's own numbering (`service:ID:1`) depends on how many checks there are.
  public func id(of service: String) -> String { "\(service):\(rawValue)" }
}
