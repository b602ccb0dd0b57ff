/// A container's end, as the engine told of it.
struct ContainerDeath: Hashable {
  let receivedAt: Duration
  /// Until then it can't run again, whether we hear of that or not; nil: the word came too late for that.
  let certainUntil: Duration?
  /// Whether what we have registered for it is of before.
  let endsOurs: Bool
}
