internal import CLinux

/// Suspends us like any other program, although we block every signal.
public enum Suspension {
  /// Takes the signal's default action: we are suspended until we are continued. PID 1 and orphaned process groups
  /// aren't suspended, since nothing could continue them; setpgid(2).
  public static func suspend(by signal: Int32) {
    var only = sigset_t()
    _ = unsafe sigemptyset(&only)
    _ = unsafe sigaddset(&only, signal)
    _ = cl_default_action(signal)
    _ = kill(getpid(), signal)
    // The signal is delivered here.
    _ = unsafe pthread_sigmask(SIG_UNBLOCK, &only, nil)
    _ = unsafe pthread_sigmask(SIG_BLOCK, &only, nil)
  }
}
