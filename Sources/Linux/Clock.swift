internal import CLinux

/// The kernel's clocks; clock_gettime(2).
public enum Clock {
  /// CLOCK_MONOTONIC: stands still while the machine sleeps.
  public static var monotonic: Duration { read(CLOCK_MONOTONIC) }
  /// CLOCK_BOOTTIME: goes on while the machine sleeps.
  public static var boottime: Duration { read(CLOCK_BOOTTIME) }
  /// The wall clock, as in other programs' timestamps; it jumps.
  public static var realtime: Duration { read(CLOCK_REALTIME) }

  private static func read(_ clock: clockid_t) -> Duration {
    var time = timespec()
    _ = unsafe clock_gettime(clock, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }
}
