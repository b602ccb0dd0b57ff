/// A request to the engine, beside its event stream.
public enum EngineRequest: Hashable, Sendable {
  /// Which one of its kind it is.
  case identify
  case list
  case inspect(String)
}
