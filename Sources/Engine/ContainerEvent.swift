internal import Formats

/// A container's start or death.
public struct ContainerEvent: Hashable, Sendable {
  /// `start`, or `die` (Podman: `died`), in the engine's words.
  public enum Kind: Hashable, Sendable { case started, died }

  /// Whether the container started or died.
  public var kind: Kind
  /// The container's full ID.
  public var container: String
  /// By the host's real-time clock; nil if the engine doesn't report it.
  public var time: Duration?
}

extension ContainerEvent {
  /// From a line of the event stream; nil for other objects and events. API 1.52 has no `id` and `status` any
  /// more, old engines have no `Actor`.
  public init?(line: [UInt8]) {
    guard let event = try? JSON(parsing: line), let action = (event["Action"] ?? event["status"])?.string
    else { return nil }
    guard let id = (event["Actor"]?["ID"] ?? event["id"])?.string, !id.utf8.isEmpty else { return nil }
    if let type = event["Type"]?.string, !isSame(type, "container") { return nil }
    guard isSame(action, "start") || isSame(action, "die") || isSame(action, "died") else { return nil }
    kind = isSame(action, "start") ? .started : .died
    container = id
    if case .number(let digits) = event["timeNano"] { time = Int64(digits).map { .nanoseconds($0) } }
  }
}
