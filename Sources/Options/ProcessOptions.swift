/// How the process is treated while it runs and when it has ended.
public struct ProcessOptions: Equatable, Sendable {
  /// The number of the signal to send instead of each of these received ones; 0: none.
  public var rewrites: [Int32: Int32] = [:]
  /// The process leads its own process group, and signals go to the whole group.
  public var ownGroup = false
  /// How long to wait for the processes that it leaves running; nil: not at all.
  public var waitForAll: Duration?
  /// Exit statuses, 0 to 255, that are reported as 0.
  public var expectedExits: [Int32] = []
}
