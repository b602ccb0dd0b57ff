/// A service that the watcher registers for a container.
public struct Registration: Hashable, Sendable {
  public var id: String
  public var name: String
  public var port: Int
  /// nil: the agent's own address.
  public var address: String?

  public init(id: String, name: String, port: Int, address: String? = nil) {
    self.id = id
    self.name = name
    self.port = port
    self.address = address
  }
}
