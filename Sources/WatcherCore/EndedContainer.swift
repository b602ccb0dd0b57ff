/// A container that has run on this engine and doesn't any more.
struct EndedContainer {
  /// When we learnt of its end.
  let at: Duration
  /// The agent had an entry of it.
  let hasEntry: Bool
  /// Set if its end is known from a die event of the present stream.
  var death: Death?

  struct Death {
    /// Until then the container can't run again, even if its start isn't reported; nil if the event came too late.
    let certainUntil: Duration?
    /// The same for entries that we registered before its death; nil if we may have registered it since.
    let oursUntil: Duration?
  }
}
