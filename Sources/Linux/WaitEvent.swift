internal import CLinux

/// An event of waitid(2) about one of our children, orphans included.
public enum WaitEvent: Hashable, Sendable {
  case ended(ExitedChild)
  case suspended(id: Int32, by: Int32)
  case continued(id: Int32)
  /// No event, and there are children.
  case noChange
  /// There are no children.
  case noChildren

  /// The next event; a child that has ended is reaped by it.
  public static func next() -> WaitEvent {
    var info = unsafe siginfo_t()
    guard (try? checked("waitid", { unsafe cl_wait_any(&info) })) != nil else { return .noChildren }
    let (id, status) = unsafe (cl_si_pid(&info), cl_si_status(&info))
    if id == 0 { return .noChange }
    if unsafe cl_si_stopped(&info) != 0 { return .suspended(id: id, by: status) }
    if unsafe cl_si_continued(&info) != 0 { return .continued(id: id) }
    return .ended(ExitedChild(id: id, status: status, hasExited: unsafe cl_si_exited(&info) != 0))
  }
}
