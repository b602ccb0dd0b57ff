/// An effect of the machine's decisions on the process, the agent or the log.
public enum Effect: Hashable, Sendable {
  /// Probe the process; the result comes as `Event.probed`.
  case probe
  /// Cancel the pending probe.
  case cancelProbe
  /// Send these requests to the agent on the open connection, behind the unanswered ones; without one, connect first.
  case send([ServiceRequest])
  /// Close the connection to the agent; unanswered requests are dropped.
  case disconnect
  /// Send the process this signal.
  case signal(Int32)
  /// Take this signal's default action ourselves. A shell with job control can then continue us; elsewhere the kernel
  /// ignores it.
  case suspendSelf(Int32)
  /// Send TERM and CONT to every remaining process that hasn't been sent them yet.
  case terminateRemaining
  /// Send KILL to every remaining process.
  case killRemaining
  case log(Notice)
  /// Exit with this status.
  case exit(Int32)
}
