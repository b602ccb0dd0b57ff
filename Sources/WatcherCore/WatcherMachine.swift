/// The watcher's state machine, without I/O: events with their time go in, effects come out. Events only change what
/// is believed to run and request a comparison with the agent's entries, so neither their number nor a missed one
/// matters.
///
/// An entry is never removed on belief alone. Right before the removal, the engine is asked whether the container
/// runs. A container that was started before the engine's answer is dead if the answer says so; one that starts later
/// can't be ready within our two requests. Only a death event of this moment replaces the engine's answer.
///
/// All times are of one clock that doesn't jump.
public struct WatcherMachine: Hashable {
  let policy: WatcherPolicy

  /// The state of the engine's event stream.
  enum Stream: Hashable {
    case away(until: Duration)
    case subscribing(deadline: Duration)
    /// Subscribed; the engine's ID is requested.
    case identifying
    /// Subscribed before listing, so the stream reports what starts or ends in between.
    case listing
    case open
  }
  var stream = Stream.away(until: .zero)
  /// The request to the engine beside the stream; one at a time.
  var engineRequest: PendingRequest<EngineRequest>?
  /// Changes that the stream reported after the request was sent; the engine's answer may not include them.
  var changes: [String: Bool] = [:]
  var listed: [String] = []
  var nextList: Duration = .zero
  var engineFailures = 0
  var isEngineTroubleLogged = false
  var isEngineKnown = false
  /// When the stream was opened.
  var openSince: Duration = .zero
  /// The stream ended, but the current work is finished first: a misconfigured proxy may end every stream at once.
  var isStreamGone = false
  /// How many streams in a row ended soon after they were opened.
  var shortStreams = 0
  /// Containers whose inspect request failed.
  var inspectFailures: [String: InspectFailure] = [:]

  /// Containers that are believed to run.
  var running: [String: Inspection] = [:]
  /// Recent die events, by container; never of one that is believed to run.
  var deaths: [String: ContainerDeath] = [:]
  /// The engine's ID, once it is known.
  var engineID: String?
  var isUnidentifiedLogged = false
  /// Containers with entries that have run on this engine.
  var ranHere: Set<String> = []
  /// Containers that ran on this engine and may have an entry by now, and when we learnt of their end.
  var ended: [String: Duration] = [:]
  /// Containers with entries that this engine doesn't know, and since when. They may run on another engine of this
  /// kernel, so only their checks can show that they are dead.
  var unknownSince: [String: Duration] = [:]
  /// Entries that were removed because their container was gone, by service ID.
  var removed: [String: Removal] = [:]
  /// IDs of our registrations that the agent hasn't answered; it may still carry them out.
  var unanswered: Set<String> = []

  /// The request to the agent; one at a time.
  var agentRequest: PendingRequest<AgentRequest>?
  /// The comparison under way.
  var comparison: Comparison?
  var nextComparison: Duration = .zero
  /// No request is sent to the agent before that.
  var agentPause: Duration = .zero
  var agentFailures = 0
  var isAgentTroubleLogged = false
  /// Why the agent refused an ID, so that each reason is logged once.
  var refusals: [String: String] = [:]

  /// Our own registrations that the agent has, according to its answers.
  var ownRegistrations: [Registration] = []
  /// When the last one was sent.
  var lastRegistered: Duration = .zero
  /// IDs registered since our start; older entries may differ in fields we don't read back.
  var registeredSinceStart: Set<String> = []
  /// The latest time to exit after a stop signal.
  var end: Duration?

  /// A watcher that knows neither a container nor an entry. It subscribes at its first event.
  public init(_ policy: WatcherPolicy) { self.policy = policy }

  var isSubscribed: Bool {
    switch stream {
    case .away, .subscribing: false
    case .identifying, .listing, .open: true
    }
  }

  /// Whether this engine is known to have run the container.
  func hasRun(_ container: String) -> Bool { ranHere.contains(container) || ended[container] != nil }

  /// Whether the container is believed to run.
  public func isRunning(_ container: String) -> Bool { running[container] != nil }
}

/// IDs are compared byte by byte.
func isSame(_ one: String, _ other: String) -> Bool { one.utf8.elementsEqual(other.utf8) }
