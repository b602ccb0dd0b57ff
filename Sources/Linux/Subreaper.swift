internal import CLinux

/// Being the one to whom orphans come.
public enum Subreaper {
  /// So that orphans come to us although we aren't PID 1; PR_SET_CHILD_SUBREAPER of prctl(2). Without it they go to
  /// whoever is further up, which is no worse than it was.
  public static func become() {
    if getpid() != 1 { _ = cl_become_subreaper() }
  }
}
