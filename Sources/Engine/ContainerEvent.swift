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

  /// An event; `time` is nil if unknown.
  public init(_ kind: Kind, _ container: String, at time: Duration? = nil) {
    self.kind = kind
    self.container = container
    self.time = time
  }

  /// From a line of the event stream; nil for other objects and events. API 1.52 has no `id` and `status` any
  /// more, old engines have no `Actor`.
  public init?(line: [UInt8]) {
    guard let event = try? JSON(parsing: line), let kind = Kind(event) else { return nil }
    guard let id = (event["Actor"]?["ID"] ?? event["id"])?.string, !id.utf8.isEmpty else { return nil }
    if let type = event["Type"]?.string, !type.utf8.elementsEqual("container".utf8) { return nil }
    var time: Duration?
    if case .number(let digits) = event["timeNano"] { time = Int64(digits).map { .nanoseconds($0) } }
    self.init(kind, id, at: time)
  }
}

extension ContainerEvent.Kind {
  fileprivate init?(_ event: JSON) {
    guard let action = (event["Action"] ?? event["status"])?.string?.utf8 else { return nil }
    if action.elementsEqual("start".utf8) {
      self = .started
    } else if action.elementsEqual("die".utf8) || action.elementsEqual("died".utf8) {
      self = .died
    } else {
      return nil
    }
  }
}
