/// An entry of the agent that carries this boot's mark and a container's ID.
public struct AgentEntry: Hashable, Sendable {
  public var id: String
  public var container: String
  /// The watcher's own; nil: a wrapper's.
  public var registration: Registration?
  public var engine: EngineMark

  /// What an entry says of the engine that its container belongs to.
  public enum EngineMark: Hashable, Sendable {
    /// It carries our engine's ID.
    case ours
    /// Our kind of engine, but which one isn't said: it may be another on the same kernel.
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
