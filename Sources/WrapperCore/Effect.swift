public enum Effect: Hashable, Sendable {
  /// Find out whether the process is ready, and say so with `Event.probed`.
  case probe
  /// Forget the probe under way.
  case cancelProbe
  /// Send these to the agent, behind what is unanswered on the connection; without a connection, make one.
  case send([ServiceRequest])
  /// Close the connection to the agent; nothing on it is waited for any more.
  case disconnect
  /// Send the process this signal.
  case signal(Int32)
  /// Be suspended by this signal as any program would, for as long as that takes: where somebody can continue us, a
  /// shell with job control, that is until then; otherwise the kernel takes no notice, and neither do we.
  case suspendSelf(Int32)
  /// Send TERM and CONT to every process that is left and hasn't been sent them.
  case terminateRemaining
  /// Send KILL to every process that is left.
  case killRemaining
  case log(Notice)
  /// End with this status.
  case exit(Int32)
}
