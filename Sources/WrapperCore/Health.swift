/// The result of a probe.
public enum Health: Hashable, Sendable {
  case accepting
  /// With the errno of the connect that failed; errno(3).
  case failing(Int32)
  /// With the status of an HTTP response that isn't a success; 0 where it wasn't HTTP.
  case unhealthy(Int)
  /// With the exit status of a command that should have exited with 0.
  case unsuccessful(ExitStatus)
  /// The process is suspended, although its backlog may still accept connections.
  case suspended
}
