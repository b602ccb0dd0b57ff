/// A service that the watcher can register. The machine compares registrations, and hands the whole service
/// back with the request to register it.
public protocol Registrable: Hashable, Sendable {
  /// The part that can be compared with the agent's entry.
  var registration: Registration { get }
}
