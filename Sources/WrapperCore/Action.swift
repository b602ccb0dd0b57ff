/// An effect to perform, and the index of the service that it concerns; 0 where it concerns none. The interpreter
/// performs actions in order and decides nothing.
public struct Action: Hashable, Sendable {
  /// The effect to perform.
  public let effect: Effect
  /// The index of the service in `Policy.services`.
  public let service: Int

  init(_ effect: Effect, service: Int) {
    self.effect = effect
    self.service = service
  }
}
