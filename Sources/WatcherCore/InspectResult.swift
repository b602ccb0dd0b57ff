/// The result of inspecting a container.
public enum InspectResult<Service: Registrable>: Hashable, Sendable {
  /// It runs and needs these services; empty if its wrapper registers it, or nothing does.
  /// - Parameter invalid: messages about variables that can't be used; for the log.
  case running([Service], invalid: [String] = [])
  /// - Parameter finishedAt: the end of its last run, as the engine says it.
  case stopped(finishedAt: String? = nil)
  /// The engine has no such container: it was removed, or belongs to another engine.
  case unknown
}
