/// A service that the watcher registers for a container.
public struct Registration: Hashable, Sendable {
  /// The service's ID, unique on the agent.
  public var id: String
  /// The service's name.
  public var name: String
  /// The port that clients connect to.
  public var port: Int
  /// nil: the agent's own address.
  public var address: String?

  /// A registration; `address` is nil for the agent's own.
  public init(id: String, name: String, port: Int, address: String? = nil) {
    self.id = id
    self.name = name
    self.port = port
    self.address = address
  }
}
