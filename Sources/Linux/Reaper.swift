internal import CLinux

/// What waitid(2) tells of our children, whoever started them.
public enum ChildNews: Hashable, Sendable {
  case ended(Reaped)
  case stopped(id: Int32, by: Int32)
  case continued(id: Int32)
  /// Nothing new, and some are left.
  case quiet
  /// There are none.
  case alone

  /// The next thing; one that has ended is taken off the kernel's list by it.
  public static func next() -> ChildNews {
    var info = unsafe siginfo_t()
    guard (try? checked("waitid", { unsafe cl_wait_any(&info) })) != nil else { return .alone }
    let (id, status) = unsafe (cl_si_pid(&info), cl_si_status(&info))
    if id == 0 { return .quiet }
    if unsafe cl_si_stopped(&info) != 0 { return .stopped(id: id, by: status) }
    if unsafe cl_si_continued(&info) != 0 { return .continued(id: id) }
    return .ended(Reaped(id: id, status: status, hasExited: unsafe cl_si_exited(&info) != 0))
  }
}

/// A child that has ended and was taken off the kernel's list.
public struct Reaped: Hashable, Sendable {
  public let id: Int32
  /// The exit status, or the number of the signal that killed it.
  public let status: Int32
  public let hasExited: Bool
}

/// Being the one to whom orphans come.
public enum Reaper {
  /// So that orphans come to us although we aren't PID 1; PR_SET_CHILD_SUBREAPER of prctl(2). Without it they go to
  /// whoever is further up, which is no worse than it was.
  public static func becomeSubreaper() {
    if getpid() != 1 { _ = cl_become_subreaper() }
  }
}

/// Every process that is left when the one that we started has ended.
public struct Others: Sendable {
  /// Who has been sent TERM, so that nobody gets it twice.
  private var told: [Int32] = []
  private var everybodyWasTold = false

  public init() {}

  /// Sends TERM to whoever hasn't been sent it, and CONT, since one that is stopped takes none before.
  public mutating func terminate() {
    if isFirst { return terminateAll() }
    let children = Others.children
    for child in children where !told.contains(child) {
      _ = CLinux.kill(child, SIGTERM)
      _ = CLinux.kill(child, SIGCONT)
    }
    told = children
  }

  public func kill() {
    if isFirst { _ = CLinux.kill(-1, SIGKILL) }
    for child in Others.children { _ = CLinux.kill(child, SIGKILL) }
  }

  /// To PID 1, everybody else of its namespace; to any other process -1 would mean the whole machine.
  private var isFirst: Bool { getpid() == 1 }

  private mutating func terminateAll() {
    if everybodyWasTold { return }
    everybodyWasTold = true
    _ = CLinux.kill(-1, SIGTERM)
    _ = CLinux.kill(-1, SIGCONT)
  }

  /// Those whose parent we are; proc_pid_task_children(5). None that can be seen where /proc isn't mounted.
  private static var children: [Int32] {
    let path = [UInt8]("/proc/self/task/\(getpid())/children".utf8)
    let text = (try? File.read(path: path, limit: 1 << 20)) ?? []
    return text.split(separator: UInt8(ascii: " ")).map { digits in
      digits.reduce(0) { $0 * 10 + Int32($1 & 0x0f) }
    }
  }
}
