/// An effect on the process, on the processes that it left running, or on ourselves.
public enum ProcessEffect: Hashable, Sendable {
  /// Send the process this signal.
  case signal(Int32)
  /// Take this signal's default action ourselves. A shell with job control can then continue us; elsewhere the kernel
  /// ignores it.
  case suspendSelf(Int32)
  /// Send TERM and CONT to every remaining process that hasn't been sent them yet.
  case terminateRemaining
  /// Send KILL to every remaining process.
  case killRemaining
  case log(ProcessNotice)
  /// Exit with this status.
  case exit(Int32)
}
