internal import HTTP
internal import JSON

/// What is asked of a container engine: GETs alone, of events, list, inspect and version. Docker's API, of which Podman's
/// service speaks the same part.
public enum Query: Hashable, Sendable {
  /// The stream of what happens to containers, for as long as the connection lasts.
  case events
  /// What runs now, what is paused included.
  case list
  case inspect(container: String)
  /// Whose engine it is.
  case version

  /// The oldest version with all of this; an engine too new for it answers 400.
  static let apiVersion = "v1.41"

  /// - Parameter host: for the `Host` field; any name will do on a unix socket.
  public func bytes(host: String) -> [UInt8] { message("GET", target, host: host) }

  var target: String {
    let path =
      switch self {
      case .events: "events?filters=" + percentEncoded(Query.eventFilter)
      case .list: "containers/json"
      case .inspect(let id): "containers/\(percentEncoded(id))/json"
      case .version: "version"
      }
    return "/\(Query.apiVersion)/\(path)"
  }

  /// Podman says `died`.
  private static let eventFilter = #"{"type":["container"],"event":["start","die","died"]}"#
}
