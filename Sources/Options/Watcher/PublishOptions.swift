/// How containers without a wrapper are registered.
public struct PublishOptions: Equatable, Sendable {
  /// The container's own address and port, not what the host publishes.
  public var isInternal = false
  /// Only containers that have a SERVICE_NAME.
  public var isExplicit = false
  /// Registered for all; nil: the address that a port is published on, or the agent's own.
  public var address: String?
  /// For all, beside their own.
  public var tags: [String] = []

  /// The options of a watcher without flags.
  public init() {}
}
