internal import Formats

/// A request to a container engine: GETs only. Docker's API, of which Podman's service speaks the same part.
public enum EngineAPIRequest: Hashable, Sendable {
  /// The stream of container events, for as long as the connection lasts.
  case events
  /// The running containers, paused ones included.
  case list
  case inspect(container: String)
  /// The kind of engine, and the API versions that it speaks.
  case version
  /// The engine's own ID.
  case info

  /// - Parameters:
  ///   - host: for the `Host` field; any name will do on a unix socket.
  ///   - version: nil for a path without one, which means the engine's newest.
  public func bytes(host: String, version: APIVersion?) -> [UInt8] {
    message("GET", target(version), host: host)
  }

  func target(_ version: APIVersion?) -> String {
    let path =
      switch self {
      case .events: "events?filters=" + percentEncoded(EngineAPIRequest.eventFilter)
      case .list: "containers/json"
      case .inspect(let id): "containers/\(percentEncoded(id))/json"
      case .version: "version"
      case .info: "info"
      }
    return version.map { "/v\($0.text)/\(path)" } ?? "/\(path)"
  }

  /// Podman says `died`.
  private static let eventFilter = #"{"type":["container"],"event":["start","die","died"]}"#
}
