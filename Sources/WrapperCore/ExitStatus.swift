/// How a process ended; waitid(2).
public enum ExitStatus: Hashable, Sendable {
  case exited(Int32)
  case killed(signal: Int32)

  /// The status to end with: the process's own, or 128 and the signal, as shells have it.
  public var code: Int32 {
    switch self {
    case .exited(let status): status
    case .killed(let signal): 128 + signal
    }
  }
}
