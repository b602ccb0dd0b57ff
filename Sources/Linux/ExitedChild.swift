/// A child that has ended and was reaped.
public struct ExitedChild: Hashable, Sendable {
  public let id: Int32
  /// The exit status, or the number of the signal that killed it.
  public let status: Int32
  public let hasExited: Bool
}
