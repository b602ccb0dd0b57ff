/// The times of a probe.
public struct ProbePolicy: Hashable, Sendable {
  /// When the probe counts as failed.
  public var timeout: Duration
  /// The shortest pause between two probes.
  public var pause: Duration = .zero

  /// A connect to loopback that takes longer than a second meets a full backlog.
  public static let connect = ProbePolicy(timeout: .seconds(1))
  /// A request is answered by the process, which may be busy.
  public static let http = ProbePolicy(timeout: .seconds(5))
  /// Each run of a command costs a process.
  public static let command = ProbePolicy(timeout: .seconds(5), pause: .seconds(1))
}
