internal import Formats

/// What a response to `EngineAPIRequest.inspect` says.
public enum InspectResponse: Hashable, Sendable {
  case container(Container)
  /// The engine has no such container.
  case unknown
  /// It has another status; the container may exist.
  case failed
  /// The body isn't that of a container.
  case malformed

  /// A response with this status and body.
  public init(status: Int, body: [UInt8]) {
    switch status {
    case 200: self = Container(inspected: body).map { .container($0) } ?? .malformed
    case 404: self = .unknown
    // Podman 4.3 answers this for a container that is just being removed.
    case 500 where (try? JSON(parsing: body))?["cause"] == .string("no such container"): self = .unknown
    default: self = .failed
    }
  }
}
