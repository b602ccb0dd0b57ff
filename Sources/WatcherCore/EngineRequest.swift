public enum EngineRequest: Hashable, Sendable {
  case list
  case inspect(String)
}
