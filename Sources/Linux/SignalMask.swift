internal import CLinux

/// A set of signals as our caller had it blocked; sigprocmask(2).
public struct SignalMask: @unchecked Sendable {
  var set: sigset_t

  /// Blocks every signal, and says what was blocked before. From here on none is lost and none ends us.
  public static func blockAll() -> SignalMask {
    var all = sigset_t()
    var before = sigset_t()
    _ = unsafe sigfillset(&all)
    _ = unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
    return SignalMask(set: before)
  }
}
