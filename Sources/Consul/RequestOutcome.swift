public import HTTP

/// What a response means to us.
public enum RequestOutcome: Hashable, Sendable, CaseIterable {
  /// It is as we wanted it.
  case done
  /// The agent doesn't know the service or the check: register again.
  case unknown
  /// The token is missing, unknown or too weak.
  case denied
  /// Refused as it stands; the same request gets the same answer.
  case rejected
  /// There are too many of us at once: again as soon as there is room.
  case busy
  /// The agent, or something before it, can't just now: try again later.
  case failing
}

extension Response {
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

  /// Consul before 1.12 has no 404 for this, only its words: the first without ACLs, the others with.
  private var isAboutTheUnknown: Bool {
    ["does not have associated TTL", "Unknown check", "Unknown service"].contains { body.contains($0) }
  }
}
