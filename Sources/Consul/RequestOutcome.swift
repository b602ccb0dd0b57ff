public import Formats

/// The meaning of a response.
public enum RequestOutcome: Hashable, Sendable, CaseIterable {
  /// The request succeeded.
  case done
  /// The agent doesn't know the service or the check: register again.
  case unknown
  /// The token is missing, unknown or too weak.
  case denied
  /// Refused as it stands; the same request gets the same answer.
  case rejected
  /// The agent is at its limit: try again soon.
  case busy
  /// The agent, or a proxy before it, can't at the moment: try again later.
  case failing
}

extension Response {
  /// The meaning of the response's status. Consul before 1.12 answers 500 for an unknown ID, later 404.
  public var outcome: RequestOutcome {
    switch status {
    case 200...299: .done
    case 403: .denied
    case 404: .unknown
    case 429: .busy
    case 300...499: .rejected
    case 500 where isAboutTheUnknown: .unknown
    default: .failing
    }
  }

  /// Consul before 1.12 answers 500 with these texts instead of 404: the first without ACLs, the others with.
  private var isAboutTheUnknown: Bool {
    ["does not have associated TTL", "Unknown check", "Unknown service"].contains { body.contains($0) }
  }
}
