/// The time at which an event happened, on the two clocks that policy needs; clock_gettime(2).
public struct Timestamps: Hashable, Sendable {
  /// CLOCK_MONOTONIC: stands still while the machine sleeps, so a laptop that wakes up kills nothing. Stops use it.
  public var monotonic: Duration
  /// CLOCK_BOOTTIME: goes on while the machine sleeps, so a laptop that wakes up beats at once. Heartbeats use it.
  public var boottime: Duration

  /// The same moment on both clocks, each since its own start.
  public init(monotonic: Duration, boottime: Duration) {
    self.monotonic = monotonic
    self.boottime = boottime
  }
}
