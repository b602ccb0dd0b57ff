/// What the machine wants done, in this order, and about which of the plan's services; 0 where it is about none. Nothing
/// here decides: whoever performs it only translates.
public struct Action: Hashable, Sendable {
  public let effect: Effect
  public let service: Int

  init(_ effect: Effect, service: Int) {
    self.effect = effect
    self.service = service
  }
}
