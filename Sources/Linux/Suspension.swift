internal import CLinux

/// Being stopped by a signal like any program, although we block them all.
public enum Suspension {
  /// Takes the signal's default action: until somebody continues us, or not at all for PID 1 and in an orphaned process
  /// group, where nobody could; setpgid(2).
  public static func suspend(by signal: Int32) {
    var only = sigset_t()
    _ = unsafe sigemptyset(&only)
    _ = unsafe sigaddset(&only, signal)
    _ = cl_default_action(signal)
    _ = kill(getpid(), signal)
    // It is taken here.
    _ = unsafe pthread_sigmask(SIG_UNBLOCK, &only, nil)
    _ = unsafe pthread_sigmask(SIG_BLOCK, &only, nil)
  }
}
