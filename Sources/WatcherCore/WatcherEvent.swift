/// What happened. The strings are reasons for the log.
public enum WatcherEvent: Hashable, Sendable {
  /// A deadline has passed.
  case elapsed
  /// The engine's ID; nil where it doesn't tell it.
  case identified(engine: String?)
  case subscribed
  /// The stream is gone.
  case streamLost(String)
  case started(String)
  /// With its age; nil if that is unknown, or if the container may run again at once.
  case died(String, age: Duration? = nil)
  /// Part of the stream was lost or couldn't be read.
  case missed
  case listed(String)
  case listEnded
  /// - Parameter finishedAt: of one that has stopped: the end of its last run, as the engine says it.
  case inspected(InspectResult, finishedAt: String? = nil)
  case engineRequestFailed(String)
  case entry(AgentEntry)
  /// The ID of a service whose *alive* check is critical.
  case critical(String)
  case answered(AgentAnswer)
  case agentRequestFailed(String)
  /// A stop signal.
  case stop
}
