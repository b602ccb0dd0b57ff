/// What the engine says of a container.
public enum InspectResult: Hashable, Sendable {
  /// It runs, and is to be registered like this; empty: by its wrapper, or not at all.
  case running([Registration])
  case stopped
  /// It has none of this ID: removed, or never its own.
  case unknown
  /// It answers, but not to this.
  case failed(String)
}
