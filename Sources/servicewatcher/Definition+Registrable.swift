public import Consul
public import WatcherCore

/// The machine compares these fields; the rest is only registered.
extension Definition: Registrable {
  /// As it is compared with the entry of the agent.
  public var registration: Registration {
    Registration(id: id, name: name, port: port ?? 0, address: address)
  }
}
