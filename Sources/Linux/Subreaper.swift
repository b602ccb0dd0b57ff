internal import CLinux

/// Orphans become children of a subreaper.
public enum Subreaper {
  /// Makes us the parent of orphans although we aren't PID 1; PR_SET_CHILD_SUBREAPER of prctl(2). If it fails, they
  /// go to the next subreaper or PID 1, as without us.
  public static func become() {
    if getpid() != 1 { _ = cl_become_subreaper() }
  }
}
