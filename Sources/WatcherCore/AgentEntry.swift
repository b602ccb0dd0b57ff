/// A service of the agent whose Meta has this host's boot ID and a container's ID.
public struct AgentEntry: Hashable, Sendable {
  /// The service's ID.
  public var id: String
  /// The container's ID, from the entry's Meta.
  public var container: String
  /// Set if the watcher registered it; nil for a wrapper's.
  public var registration: Registration?
  /// Whether the entry's container belongs to our engine.
  public var engine: EngineMark

  /// The engine that the entry's Meta names.
  public enum EngineMark: Hashable, Sendable {
    /// It carries our engine's ID.
    case ours
    /// Our kind of engine without an ID: it may be another one on the same kernel.
    case sameKind
    case other
  }

  /// - Parameter engine: nil: as the watcher and the wrapper register.
  public init(id: String, container: String, registration: Registration? = nil, engine: EngineMark? = nil) {
    self.id = id
    self.container = container
    self.registration = registration
    self.engine = engine ?? (registration == nil ? .sameKind : .ours)
  }
}
