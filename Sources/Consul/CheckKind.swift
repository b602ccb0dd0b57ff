/// The two TTL checks of a service.
public enum CheckKind: String, Hashable, Sendable, CaseIterable {
  /// We are running and update it.
  case alive
  /// The probe's result.
  case ready

  /// Explicit, because Consul's own numbering (`service:ID:1`) depends on how many checks there are.
  public func id(of service: String) -> String { "\(service):\(rawValue)" }
}
