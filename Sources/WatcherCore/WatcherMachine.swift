/// The watcher's machine: what happened, with its time, goes in; what is to be done comes out. It does nothing itself.
///
/// It goes by states, not by events. What the engine tells of a container only changes what is believed to run, and
/// that the agent's entries are to be compared with it; so it doesn't matter how many events there were, or whether one
/// was missed. And what is believed is never enough to take an entry out: right before that, the engine is asked whether
/// the container runs. Whoever registered before that answer is dead if it says no; a container that starts afterwards
/// takes longer to be ready than the one request that follows. Only a death that was just heard is as good as that answer.
///
/// Times are of one clock that doesn't jump.
public struct WatcherMachine: Hashable {
  let policy: WatcherPolicy

  /// Where the engine's stream stands.
  enum Stream: Hashable {
    case away(until: Duration)
    case subscribing(deadline: Duration)
    /// Subscribed first and listed then: what starts or ends in between is told by the stream.
    case listing
    case open
  }
  var stream = Stream.away(until: .zero)
  /// What the engine is asked beside the stream; one thing at a time.
  var engineRequest: PendingRequest<EngineRequest>?
  /// What the stream has told since the engine was asked, whose answer may not know of it.
  var changes: [String: Bool] = [:]
  var listed: [String] = []
  var nextList: Duration = .zero
  var engineFailures = 0
  var isEngineTroubleLogged = false
  var isEngineKnown = false
  /// Since when the stream is open.
  var openSince: Duration = .zero
  /// It ended, and what was begun is still to be finished: it may always end at once, behind a proxy that is set up wrongly.
  var isStreamGone = false
  /// How many ended soon after they had begun, in a row.
  var shortStreams = 0
  /// Containers of which the engine told nothing.
  var inspectFailures: [String: InspectFailure] = [:]

  /// What is believed to run.
  var running: [String: Inspection] = [:]
  /// Whose end was heard a short time ago; never of one that is believed to run.
  var deaths: [String: ContainerDeath] = [:]
  /// The engine's ID, once it was told.
  var engineID: String?
  var isUnidentifiedLogged = false
  /// Containers of entries that have run on this engine.
  var ranHere: Set<String> = []
  /// Containers that ran on this engine and may have an entry by now, and when we learnt of their end.
  var ended: [String: Duration] = [:]
  /// Containers with entries that this engine knows nothing of, and since when that is known. They may run on another engine
  /// of this kernel, so only their checks tell that they are dead.
  var unknownSince: [String: Duration] = [:]
  /// What was removed because its container was gone, by ID.
  var removed: [String: Removal] = [:]
  /// IDs of our registrations that the agent hasn't answered: it may register them later.
  var unanswered: Set<String> = []

  /// What the agent is asked; one thing at a time.
  var agentRequest: PendingRequest<AgentRequest>?
  /// The comparison under way.
  var comparison: Comparison?
  var nextComparison: Duration = .zero
  /// The agent is left alone until then.
  var agentPause: Duration = .zero
  var agentFailures = 0
  var isAgentTroubleLogged = false
  /// Of the IDs that the agent refused: why, so that it is told once.
  var refusals: [String: String] = [:]

  /// Our own registrations that the agent has, as far as its answers say.
  var ownRegistrations: [Registration] = []
  /// When the last one was sent.
  var lastRegistered: Duration = .zero
  /// The IDs of those that were made since we started: what was told otherwise before can't be seen in all its parts.
  var registeredSinceStart: Set<String> = []
  /// After a stop signal: when to end at the latest.
  var end: Duration?

  public init(_ policy: WatcherPolicy) { self.policy = policy }

  /// Whether this engine is known to have run the container.
  func hasRun(_ container: String) -> Bool { ranHere.contains(container) || ended[container] != nil }

  /// Whether the container is believed to run.
  public func isRunning(_ container: String) -> Bool { running[container] != nil }
}

/// IDs are compared byte by byte.
func isSame(_ one: String, _ other: String) -> Bool { one.utf8.elementsEqual(other.utf8) }
