/// Why the agent gave no answer, or no usable one.
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
  /// The token doesn't allow the request; with the agent's reason.
  case denied(String)
  /// The agent rejects the request for good; with its reason.
  case rejected(String)
  /// The agent has too many connections or requests just now; with its reason.
  case busy(String)
  /// The agent failed this time; with its reason.
  case failing(String)

  /// Whether the agent refused the request, so that waiting alone won't help.
  public var isRefusal: Bool {
    switch self {
    case .denied, .rejected: true
    case .unreachable, .unresolvable, .addressless, .timedOut, .closed, .malformed, .busy, .failing: false
    }
  }

  /// Whether the agent runs but is at its limit. Consul closes a connection that is one too many
  /// (`limits.http_max_conns_per_client`, 200 for each client address); others answer 429, RFC 6585, section 4.
  var isOverloaded: Bool {
    switch self {
    case .closed, .busy: true
    case .unreachable, .unresolvable, .addressless, .timedOut, .malformed, .denied, .rejected, .failing: false
    }
  }

  /// Whether both are the same condition for the log: internal errors have a new text each time.
  func isSameCondition(as other: Failure) -> Bool {
    switch (self, other) {
    case (.failing, .failing), (.busy, .busy): true
    default: self == other
    }
  }
}
