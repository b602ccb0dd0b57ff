/// One signal in the place of another.
public struct Rewrite: Equatable, Sendable {
  /// The number of the signal that we receive.
  public let received: Int32
  /// nil: the signal is dropped.
  public let sent: Int32?
}
