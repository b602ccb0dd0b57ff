/// Every time-out and interval that isn't the user's to choose.
enum Interval {
  /// Docker's stop time-out is 10 s in all, so a silent agent may delay a stop signal by this at most.
  static let deregistration: Duration = .milliseconds(300)
  /// How long requests to Consul may delay a whole stop, counted from the stop signal.
  static let stopBudget: Duration = .seconds(3)
  /// How long a hung or missing agent may delay our exit after the process has ended.
  static let lastChance: Duration = .seconds(1)
  /// Without a leader, Consul 1.8.7 answers a write after 7.0 to 7.3 s: later than that it hangs.
  static let answer: Duration = .seconds(10)
  /// An unanswered registration isn't repeated on another connection for this long: a hung agent that comes back
  /// takes what waits on two connections in either order, and a late registration would outlive the deregistration.
  static let registrationAnswer: Duration = .seconds(60)
  /// When to warn about a process that isn't ready.
  static let readyWarning: Duration = .seconds(30)
  /// Between the TERM and the KILL of a process that wasn't ready in time, where no stop time-out is set.
  static let readyKill: Duration = .seconds(10)
  /// How long to wait for remaining processes after KILL.
  static let remainingKilled: Duration = .seconds(1)
  /// How often a registration without checks is compared with the agent's.
  static let comparison: Duration = .seconds(30)

  /// How long to wait before the next probe of a process that isn't ready yet: eager at first, since most services
  /// are ready within a second, then rarely, since one that takes minutes needs its processor.
  static func probe(age: Duration) -> Duration {
    if age < .seconds(1) { return .milliseconds(2) }
    return age < .seconds(10) ? .milliseconds(20) : .milliseconds(100)
  }
}
