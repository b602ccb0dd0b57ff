/// How a probe is treated.
public struct ProbePolicy: Hashable, Sendable {
  /// When an answer is given up.
  public var timeout: Duration
  /// The shortest pause between two.
  public var pause: Duration

  /// A connect to loopback that takes longer than a second meets a full backlog.
  public init(timeout: Duration = .seconds(1), pause: Duration = .zero) {
    self.timeout = timeout
    self.pause = pause
  }
}
