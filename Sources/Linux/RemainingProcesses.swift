internal import CLinux

/// The processes that remain when the one that we started has ended.
public struct RemainingProcesses: Sendable {
  /// The children that were sent TERM, so that none gets it twice; -1 for all processes.
  private var terminated: [Int32] = []

  /// The remaining processes, none of which was sent TERM yet.
  public init() {}

  /// Makes us the parent of orphans although we aren't PID 1; PR_SET_CHILD_SUBREAPER of prctl(2). If it fails, they
  /// go to the next subreaper or PID 1, as without us.
  public static func adoptOrphans() {
    if !isFirst { _ = cl_become_subreaper() }
  }

  /// Sends TERM to each process that hasn't got it, and CONT, since a suspended one handles no signal before.
  public mutating func terminate() {
    let targets = RemainingProcesses.isFirst ? [-1] : RemainingProcesses.children
    for target in targets where !terminated.contains(target) {
      _ = CLinux.kill(target, SIGTERM)
      _ = CLinux.kill(target, SIGCONT)
    }
    terminated = targets
  }

  /// Sends KILL to each of them; kill(2).
  public func kill() {
    if RemainingProcesses.isFirst { _ = CLinux.kill(-1, SIGKILL) }
    for child in RemainingProcesses.children { _ = CLinux.kill(child, SIGKILL) }
  }

  /// For PID 1, kill(-1) reaches all other processes of its namespace; for any other process it would reach the whole
  /// machine.
  private static var isFirst: Bool { getpid() == 1 }

  /// Our children; proc_pid_task_children(5). Empty if /proc isn't mounted.
  private static var children: [Int32] {
    let path = [UInt8]("/proc/self/task/\(getpid())/children".utf8)
    let text = (try? File.read(path: path, limit: 1 << 20)) ?? []
    return text.split(separator: UInt8(ascii: " ")).map { digits in
      digits.reduce(0) { $0 * 10 + Int32($1 & 0x0f) }
    }
  }
}
