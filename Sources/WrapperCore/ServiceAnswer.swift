/// The agent's answer to one request.
public enum ServiceAnswer: Hashable, Sendable {
  case done
  /// A foreign entry has the ID; with its owner, for the log.
  case foreign(String)
  /// The entry differs from our registration, and no foreign owner is named.
  case different
  /// The agent doesn't know the service or its check: it lost its state, or another client deregistered it.
  case unknown
  /// The token doesn't allow it; with the agent's reason.
  case denied(String)
  /// The agent rejects the request for good; with its reason.
  case rejected(String)
  /// The agent has too many connections or requests just now; with its reason.
  case busy(String)
  /// The agent failed this time; with its reason.
  case failing(String)

  /// Only inspect returns an entry; ignore bodies of other replies.
  var withoutEntry: ServiceAnswer {
    switch self {
    case .foreign, .different: .done
    case .done, .unknown, .denied, .rejected, .busy, .failing: self
    }
  }
}
