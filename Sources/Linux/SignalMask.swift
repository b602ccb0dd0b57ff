internal import CLinux

/// The signal mask that we inherited; sigprocmask(2).
public struct SignalMask: @unchecked Sendable {
  var set: sigset_t

  /// Blocks every signal and returns the former mask. From here on no signal is lost and none kills us.
  public static func blockAll() -> SignalMask {
    var all = sigset_t()
    var before = sigset_t()
    _ = unsafe sigfillset(&all)
    _ = unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
    return SignalMask(set: before)
  }
}
