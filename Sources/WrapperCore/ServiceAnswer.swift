/// What the agent said to one request.
public enum ServiceAnswer: Hashable, Sendable {
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
  var withoutEntry: ServiceAnswer {
    switch self {
    case .foreign, .different: .done
    case .done, .unknown, .denied, .rejected, .busy, .failing: self
    }
  }
}
