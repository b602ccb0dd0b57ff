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

/// A signal that was read; signalfd(2).
public struct ReceivedSignal: Hashable, Sendable {
  public let number: Int32
  /// Who sent it, by kill(2) or its kin; 0 for the kernel.
  public let sender: Int32
  /// Whether the kernel made it: for the signals of a terminal, the terminal driver.
  public let isFromKernel: Bool

  public static let child = SIGCHLD

  /// Whether a log line of ours that could not be written is what brought it about: nobody reads the pipe any more, or the
  /// file may not grow; write(2). Anything else that carries our own pid was sent before we were executed.
  public var isOfOurOwnWriting: Bool {
    !isFromKernel && sender == getpid() && (number == SIGPIPE || number == SIGXFSZ)
  }

  public init(number: Int32, sender: Int32, isFromKernel: Bool) {
    self.number = number
    self.sender = sender
    self.isFromKernel = isFromKernel
  }

  fileprivate init(_ info: signalfd_siginfo) {
    number = Int32(info.ssi_signo)
    sender = Int32(bitPattern: info.ssi_pid)
    isFromKernel = info.ssi_code == SI_KERNEL
  }
}

/// Every blocked signal, in the order of arrival; signalfd(2).
public struct SignalQueue: ~Copyable {
  public let descriptor: Descriptor

  /// Expects every signal to be blocked. SIGCHLD is set to its default: where our caller ignored it, the kernel would
  /// reap our children and tell nobody.
  public init() throws(SystemCallError) {
    var all = sigset_t()
    _ = unsafe sigfillset(&all)
    descriptor = Descriptor(try checked("signalfd") { unsafe cl_signalfd(&all) })
    _ = cl_default_action(SIGCHLD)
  }

  /// Waits for one, where there is nothing else to wait for: one call instead of the poller's and the next; sigwaitinfo(2).
  public func wait() -> ReceivedSignal? {
    var all = sigset_t()
    _ = unsafe sigfillset(&all)
    var info = unsafe siginfo_t()
    guard let number = try? checked("sigwaitinfo", { unsafe sigwaitinfo(&all, &info) }) else { return nil }
    return unsafe ReceivedSignal(
      number: number, sender: cl_si_pid(&info), isFromKernel: info.si_code == SI_KERNEL)
  }

  /// Those that wait, 16 at most: one call for what usually is one signal.
  public func next() -> Batch<ReceivedSignal> {
    let size = MemoryLayout<signalfd_siginfo>.size
    return unsafe withUnsafeTemporaryAllocation(
      of: signalfd_siginfo.self, capacity: Batch<ReceivedSignal>.capacity
    ) { infos in
      let count = try? checked("read") {
        unsafe read(descriptor.number, infos.baseAddress, infos.count * size)
      }
      var signals = Batch(filler: ReceivedSignal(number: 0, sender: 0, isFromKernel: false))
      for place in 0..<(count ?? 0) / size { unsafe signals.append(ReceivedSignal(infos[place])) }
      return signals
    }
  }
}
