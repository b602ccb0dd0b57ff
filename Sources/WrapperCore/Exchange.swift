/// The requests of one connection to the agent, answered in order; RFC 9112 section 9.3.2.
struct Exchange: Hashable {
  /// Sent and not answered, oldest first.
  var unanswered: [ServiceRequest]
  /// The deadline of the oldest unanswered request; monotonic.
  var deadline: Duration
  /// Whether it began with a registration.
  let registers: Bool
  /// The time-out of a check update.
  private let updateTimeout: Duration
  /// False before there is a connection: nothing can have reached the agent.
  var isSent = false
  /// The confirmed state before a registration was sent; it is restored if the agent refuses.
  var confirmedBefore: Registry.Confirmed
  /// The first answer that reported a failure.
  var refusal: Failure?

  init(
    _ requests: [ServiceRequest], confirmed: Registry.Confirmed, _ policy: ServicePolicy, at now: Timestamps
  ) {
    unanswered = requests
    updateTimeout = policy.updateTimeout
    confirmedBefore = confirmed
    registers = requests.contains { $0.registers }
    deadline = .zero
    renewDeadline(at: now)
  }

  var isOver: Bool { unanswered.isEmpty }
  var mayStillRegister: Bool { isSent && unanswered.contains { $0.registers } }
  var deregisters: Bool { unanswered.contains(.deregister) }

  mutating func markSent(at now: Timestamps) {
    isSent = true
    renewDeadline(at: now)
  }

  /// Appends requests behind the unanswered ones.
  mutating func append(_ requests: [ServiceRequest], at now: Timestamps) {
    unanswered += requests
    renewDeadline(at: now)
  }

  /// Removes and returns the oldest unanswered request.
  mutating func takeOldest(at now: Timestamps) -> ServiceRequest {
    let oldest = unanswered.removeFirst()
    renewDeadline(at: now)
    return oldest
  }

  mutating func note(_ failure: Failure) { refusal = refusal ?? failure }

  private mutating func renewDeadline(at now: Timestamps) {
    let updates = unanswered.allSatisfy { $0.updates }
    let short = updates ? min(updateTimeout, Interval.answer) : Interval.answer
    deadline = now.monotonic + (mayStillRegister ? Interval.registrationAnswer : short)
  }
}
