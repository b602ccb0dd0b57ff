/// What can happen to a supervised process and its registrations. A probe's result and what concerns an agent is about one
/// service, everything else about all of them.
public enum Event: Hashable, Sendable {
  /// The supervisor was sent a signal.
  case signal(Signal)
  /// The process has ended and was reaped; whether others of our children are left, whoever started them.
  case ended(ExitStatus, othersLeft: Bool = false)
  /// After the process, another child has ended.
  case otherEnded(othersLeft: Bool)
  /// The process was stopped by this signal.
  case stopped(by: Int32)
  /// The process goes on after that.
  case continued
  /// The probe that was asked for has its result.
  case probed(Health)
  /// There is a connection to the agent, and what was to be sent is on its way.
  case sent
  /// What was registered holds good no longer, though the agent still has it: our token is another.
  case outdated
  /// The oldest unanswered request has its answer.
  case answered(Answer)
  /// The connection to the agent could not be made, or broke, before everything was answered.
  case lost(Failure)
  /// Time has passed, perhaps as far as `nextDeadline`.
  case elapsed
}

/// What a probe says of the process.
public enum Health: Hashable, Sendable {
  case accepting
  /// With the errno of the connect that failed; errno(3).
  case failing(Int32)
  /// With the status of an HTTP response that isn't a success; 0 where it wasn't HTTP.
  case unhealthy(Int)
  /// With the end of a command that should have exited with 0.
  case unsuccessful(ExitStatus)
  /// The process is stopped, whatever its backlog still accepts.
  case stopped
}

/// What the agent said to one request.
public enum Answer: Hashable, Sendable {
  case done
  /// The service that was asked about is another's, who says of itself that it is this one.
  case foreign(String)
  /// The service that was asked about isn't as we registered it, and nobody says that it is theirs.
  case different
  /// The agent doesn't know the service or its check: it lost its state, or somebody took the registration out.
  case unknown
  /// The token doesn't allow it; with the agent's reason.
  case denied(String)
  /// The agent can't accept what was sent, now or later; with its reason.
  case rejected(String)
  /// The agent has too many connections or requests just now; with its reason.
  case busy(String)
  /// The agent could not do it this time; with its reason.
  case failing(String)

  /// To what asked for no entry: what a proxy puts into the body of a success is as good as none.
  var withoutEntry: Answer {
    switch self {
    case .foreign, .different: .done
    case .done, .unknown, .denied, .rejected, .busy, .failing: self
    }
  }
}

/// Why nothing came back from the agent, or nothing usable.
public enum Failure: Hashable, Sendable {
  /// No connection; with errno(3).
  case unreachable(Int32)
  /// The agent's host name has no address; with the code of getaddrinfo(3).
  case unresolvable(Int32)
  /// The interface whose address is to be registered has none; with errno(3).
  case addressless(Int32)
  /// No answer in time.
  case timedOut
  /// Closed or reset before the answer was complete.
  case closed
  /// Not an HTTP response.
  case malformed
  case denied(String)
  case rejected(String)
  case busy(String)
  case failing(String)

  /// Whether the agent understood and said no, so that waiting alone won't mend it.
  public var isRefusal: Bool {
    switch self {
    case .denied, .rejected: true
    case .unreachable, .unresolvable, .addressless, .timedOut, .closed, .malformed, .busy, .failing: false
    }
  }

  /// Whether somebody is there who has no room for us just now. Consul's agent closes a connection that is one too many
  /// (`limits.http_max_conns_per_client`, 200 of each client address); others say 429, RFC 6585, section 4.
  var isTurnedAway: Bool {
    switch self {
    case .closed, .busy: true
    case .unreachable, .unresolvable, .addressless, .timedOut, .malformed, .denied, .rejected, .failing: false
    }
  }

  /// Whether telling of this one after the other would tell nothing new: internal errors carry a new text each time.
  func isSameCondition(as other: Failure) -> Bool {
    switch (self, other) {
    case (.failing, .failing), (.busy, .busy): true
    default: self == other
    }
  }
}

/// How the process ended; waitid(2).
public enum ExitStatus: Hashable, Sendable {
  case exited(Int32)
  case killed(signal: Int32)

  /// The status to end with: the process's own, or 128 and the signal, as shells have it.
  public var code: Int32 {
    switch self {
    case .exited(let status): status
    case .killed(let signal): 128 + signal
    }
  }
}
