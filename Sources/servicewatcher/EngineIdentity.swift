/// The engine as entries name it in their Meta.
struct EngineIdentity {
  /// `docker` or `podman`.
  let kind: String
  /// nil if the engine doesn't report it.
  let id: String?
}
