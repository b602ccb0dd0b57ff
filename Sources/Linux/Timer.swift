internal import CLinux

/// One timer; timerfd_create(2). On CLOCK_BOOTTIME, so that it is due as soon as a machine that slept wakes up.
public struct Timer: ~Copyable {
  /// Readable from the time that it is due until it is set again.
  public let descriptor: Descriptor
  /// The time that it is set for; boottime.
  private var due: Duration?
  /// It was due, and stays readable until it is set again.
  private var isReadable = false

  /// A timer that isn't set. Throws if timerfd_create(2) fails: EMFILE, ENFILE or ENOMEM.
  public init() throws(SystemCallError) {
    descriptor = Descriptor(try checked("timerfd_create") { cl_timerfd() })
  }

  /// Due once, after the time given (at once, where it is over already); nil: not at all.
  /// - Parameter mayBeEarly: an earlier time that it is set for may stay.
  public mutating func set(_ delay: Duration?, mayBeEarly: Bool = false) {
    let wanted = delay.map { Clock.boottime + $0 }
    if !isReadable, isSet(for: wanted, orEarlier: mayBeEarly) { return }
    (due, isReadable) = (wanted, false)
    var setting = itimerspec()
    if let delay {
      // A zero would disarm it.
      let (seconds, attoseconds) = max(delay, .nanoseconds(1)).components
      setting.it_value = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
    }
    _ = unsafe timerfd_settime(descriptor.number, 0, &setting, nil)
  }

  private func isSet(for wanted: Duration?, orEarlier: Bool) -> Bool {
    guard let wanted, let due else { return wanted == due }
    return due <= wanted && (orEarlier || wanted - due < Timer.precision)
  }

  /// A time that is computed again from a remaining duration comes out later by less than that.
  private static let precision = Duration.milliseconds(1)

  /// Called when it was due. Setting it again clears it, which saves a read.
  public mutating func acknowledge() { isReadable = true }
}
