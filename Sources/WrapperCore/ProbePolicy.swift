/// The times of a probe.
public struct ProbePolicy: Hashable, Sendable {
  /// When the probe counts as failed.
  public var timeout: Duration
  /// The shortest pause between two probes.
  public var pause: Duration

  /// A connect to loopback that takes longer than a second meets a full backlog.
  public init(timeout: Duration = .seconds(1), pause: Duration = .zero) {
    self.timeout = timeout
    self.pause = pause
  }
}
