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
  var isOverloaded: Bool {
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
