/// A container's die event.
struct ContainerDeath {
  let receivedAt: Duration
  /// Until then the container can't run again, even if its start isn't reported; nil if the event came too
  /// late for that.
  let certainUntil: Duration?
  /// Whether our registration for the container was made before the death.
  let endsOurs: Bool
}
