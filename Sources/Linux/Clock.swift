internal import CLinux

/// The kernel's clocks that don't jump; clock_gettime(2).
public enum Clock {
  public static var monotonic: Duration { read(CLOCK_MONOTONIC) }
  public static var boottime: Duration { read(CLOCK_BOOTTIME) }

  private static func read(_ clock: clockid_t) -> Duration {
    var time = timespec()
    _ = unsafe clock_gettime(clock, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }
}

/// One timer; timerfd_create(2). On CLOCK_BOOTTIME, so that it is due as soon as a machine that slept wakes up.
public struct Timer: ~Copyable {
  public let descriptor: Descriptor
  private var isSet = false

  public init() throws(SystemCallError) {
    descriptor = Descriptor(try checked("timerfd_create") { cl_timerfd() })
  }

  /// Due once, after the time given (at once, where it is over already); nil: not at all.
  public mutating func set(_ delay: Duration?) {
    if delay == nil && !isSet { return }
    isSet = delay != nil
    var setting = itimerspec()
    if let delay {
      // A zero would disarm it.
      let (seconds, attoseconds) = max(delay, .nanoseconds(1)).components
      setting.it_value = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
    }
    _ = unsafe timerfd_settime(descriptor.number, 0, &setting, nil)
  }

  /// Makes it quiet until it is set again.
  public func acknowledge() { _ = try? descriptor.read(limit: 8) }
}
