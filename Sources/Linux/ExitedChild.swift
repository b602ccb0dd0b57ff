/// A child that has ended and was reaped.
public struct ExitedChild: Hashable, Sendable {
  /// Its pid.
  public let id: Int32
  /// The exit status, or the number of the signal that killed it.
  public let status: Int32
  /// Whether it exited by itself; false if a signal killed it.
  public let hasExited: Bool
}
