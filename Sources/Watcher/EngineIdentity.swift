/// What an agent's entries say of their container's engine.
struct EngineIdentity {
  /// `docker` or `podman`.
  let kind: String
  /// nil if the engine doesn't report it.
  let id: String?
}
