/// How the process is treated while it runs and when it has ended.
public struct ProcessOptions: Equatable, Sendable {
  /// What is sent instead of a signal that was received; each received one once.
  public var rewrites: [Rewrite] = []
  /// It leads a process group of its own, and signals go to all of that.
  public var ownGroup = false
  /// How long what it leaves running is given to end; nil: not waited for.
  public var waitForAll: Duration?
  /// Exit statuses, 0 to 255, that are reported as 0.
  public var expectedExits: [Int32] = []
}
