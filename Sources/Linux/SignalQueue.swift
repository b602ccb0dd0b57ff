internal import CLinux

/// Every blocked signal, in the order of arrival; signalfd(2).
public struct SignalQueue: ~Copyable {
  /// Readable while a signal is pending.
  public let descriptor: Descriptor

  /// Expects every signal to be blocked. SIGCHLD is set to its default: if it were inherited as ignored, the kernel
  /// would reap our children without a report.
  ///
  /// Throws if signalfd(2) fails: EMFILE, ENFILE or ENOMEM.
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

  /// The pending signals, at most 16: one call for what is usually one signal.
  public func next() -> Batch<ReceivedSignal> {
    let size = MemoryLayout<signalfd_siginfo>.size
    return unsafe withUnsafeTemporaryAllocation(
      of: signalfd_siginfo.self, capacity: Batch<ReceivedSignal>.capacity
    ) { infos in
      let count = try? checked("read") {
        unsafe read(descriptor.number, infos.baseAddress, infos.count * size)
      }
      var signals = Batch(filler: ReceivedSignal(number: 0, sender: 0, isFromKernel: false))
      for index in 0..<(count ?? 0) / size {
        let info = unsafe infos[index]
        signals.append(
          ReceivedSignal(
            number: Int32(info.ssi_signo), sender: Int32(bitPattern: info.ssi_pid),
            isFromKernel: info.ssi_code == SI_KERNEL))
      }
      return signals
    }
  }
}
