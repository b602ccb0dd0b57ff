public enum EngineRequest: Hashable, Sendable {
  /// Which one of its kind it is.
  case identify
  case list
  case inspect(String)
}
