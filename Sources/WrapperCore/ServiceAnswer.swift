/// The agent's answer to one request.
public enum ServiceAnswer: Hashable, Sendable {
  case done
  /// A foreign entry has the ID; with its owner, for the log.
  case foreign(String)
  /// The entry differs from our registration, and no foreign owner is named.
  case different
  /// The agent doesn't know the service or its check: it lost its state, or another client deregistered it.
  case unknown
  /// The agent didn't do it: `.denied`, `.rejected`, `.busy` or `.failing`.
  case failed(Failure)

  /// Only inspect returns an entry; ignore bodies of other replies.
  var withoutEntry: ServiceAnswer {
    switch self {
    case .foreign, .different: .done
    case .done, .unknown, .failed: self
    }
  }
}
