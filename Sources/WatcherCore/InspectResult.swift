/// The result of inspecting a container.
public enum InspectResult: Hashable, Sendable {
  /// It runs and needs these registrations; empty if its wrapper registers it, or nothing does.
  case running([Registration])
  case stopped
  /// The engine has no such container: it was removed, or belongs to another engine.
  case unknown
  /// The engine couldn't inspect it; with the reason.
  case failed(String)
}
