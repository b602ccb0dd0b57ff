/// One connection's worth of requests to the agent, answered in order; RFC 9112 section 9.3.2.
struct Exchange: Hashable {
  /// Sent and not answered, oldest first.
  var unanswered: [ServiceRequest]
  /// When the oldest unanswered request is given up; monotonic.
  var deadline: Duration
  /// When the last of its requests were made; boottime.
  private(set) var requestedAt: Duration
  /// Whether it began with a registration.
  let registers: Bool
  /// How long the answer to an update of a check is waited for.
  private let updateTimeout: Duration
  /// False while there is no connection yet, so that nothing can have reached the agent.
  var isSent = false
  /// What was confirmed before a registration was sent: so it is still, if the agent refuses.
  var confirmedBefore: Registry.Confirmed
  /// The first answer that wasn't what was hoped for.
  var refusal: Failure?

  init(
    _ requests: [ServiceRequest], confirmed: Registry.Confirmed, updateTimeout: Duration, at now: Timestamps
  ) {
    unanswered = requests
    self.updateTimeout = updateTimeout
    confirmedBefore = confirmed
    registers = requests.contains { $0.registers }
    deadline = .zero
    requestedAt = now.boottime
    renewDeadline(at: now)
  }

  var isOver: Bool { unanswered.isEmpty }
  var mayStillRegister: Bool { isSent && unanswered.contains { $0.registers } }
  var deregisters: Bool { unanswered.contains(.deregister) }

  mutating func markSent(at now: Timestamps) {
    isSent = true
    renewDeadline(at: now)
  }

  /// More behind those that are unanswered.
  mutating func append(_ requests: [ServiceRequest], at now: Timestamps) {
    unanswered += requests
    requestedAt = now.boottime
    renewDeadline(at: now)
  }

  /// The request that is answered next, taken off the list.
  mutating func takeOldest(at now: Timestamps) -> ServiceRequest {
    let oldest = unanswered.removeFirst()
    renewDeadline(at: now)
    return oldest
  }

  mutating func note(_ failure: Failure) { refusal = refusal ?? failure }

  private mutating func renewDeadline(at now: Timestamps) {
    deadline = now.monotonic + (mayStillRegister ? Interval.registrationAnswer : shortTimeout)
  }

  private var shortTimeout: Duration {
    unanswered.allSatisfy { $0.updates } ? min(updateTimeout, Interval.answer) : Interval.answer
  }
}
