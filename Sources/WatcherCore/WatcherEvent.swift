/// What happened. The strings are reasons for the log.
public enum WatcherEvent<Service: Registrable>: Hashable, Sendable {
  /// A deadline has passed.
  case elapsed
  /// A stop signal.
  case stop

  case subscribed
  /// The stream is gone, or couldn't be subscribed.
  case streamLost(String)
  case started(String)
  /// With its age; nil if that is unknown, or if the container may run again at once.
  case died(String, age: Duration? = nil)
  /// Part of the stream was lost or couldn't be read.
  case missed

  /// The engine's ID; nil where it doesn't tell it.
  case identified(engine: String?)
  case listed(String)
  case listEnded
  case inspected(InspectResult<Service>)
  /// The engine answered with an error, or the answer was lost.
  case engineRequestFailed(String)
  /// There is no connection to the engine.
  case engineUnreachable(String)

  case entry(AgentEntry)
  /// The ID of a service whose *alive* check is critical.
  case critical(String)
  case answered(AgentAnswer)
  case agentRequestFailed(String)
}
