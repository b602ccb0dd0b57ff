/// The time at which an event happened, on the two clocks that policy needs; clock_gettime(2).
public struct Moment: Hashable, Sendable {
  /// CLOCK_MONOTONIC: stands still while the machine sleeps, so a laptop that wakes up kills nothing. Stops use it.
  public var monotonic: Duration
  /// CLOCK_BOOTTIME: goes on while the machine sleeps, so a laptop that wakes up beats at once. Heartbeats use it.
  public var boottime: Duration

  public init(monotonic: Duration, boottime: Duration) {
    self.monotonic = monotonic
    self.boottime = boottime
  }
}

/// One event's turn of the machine: when it happens, and what is to be done about it, in order.
struct Turn {
  let now: Moment
  /// Which service it is about.
  var service: Int
  private(set) var actions: [Action] = []

  init(at now: Moment, service: Int) {
    self.now = now
    self.service = service
  }

  mutating func emit(_ effect: Effect) { actions.append(Action(effect, service: service)) }
  mutating func log(_ notice: Notice) { emit(.log(notice)) }
}
