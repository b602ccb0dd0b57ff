/// The watcher's state machine, without I/O: events with their time go in, effects come out. Events only
/// change what is believed to run and request a comparison with the agent's entries, so neither their number
/// nor a missed one matters.
///
/// An entry is never removed on belief alone. Right before the removal, the engine is asked whether the
/// container runs. A container that was started before the engine's answer is dead if the answer says so; one
/// that starts later can't be ready within our two requests. Only a death event of this moment replaces the
/// engine's answer.
///
/// All times are of one clock that doesn't jump. The same events have the same effects, in every process: no
/// choice depends on the order of a dictionary or a set.
public struct WatcherMachine<Service: Registrable> {
  let policy: WatcherPolicy
  /// When the event that is being handled happened.
  var now: Duration = .zero
  /// The effects of the event that is being handled.
  private var effects: [WatcherEffect<Service>] = []
  /// The latest time to exit after a stop signal.
  var end: Duration?

  // MARK: The engine
  var stream = EngineStream()
  /// The request to the engine beside the stream; one at a time.
  var engineRequest: PendingRequest<EngineRequest>?
  /// Containers of which the stream reported a change after the request was sent; the answer may not include
  /// it.
  var changed: Set<String> = []
  var listed: [String] = []
  var nextList: Duration = .zero
  /// The engine's ID, once it is known.
  var engineID: String?
  var isUnidentifiedLogged = false

  // MARK: Containers, by their ID
  /// Containers that are believed to run.
  var running: [String: RunningContainer<Service>] = [:]
  var arrivals = 0
  /// Containers whose inspect request failed.
  var inspectFailures: [String: InspectFailure] = [:]
  /// Containers that have run on this engine and may still have an entry.
  var ended: [String: EndedContainer] = [:]
  /// Containers with entries that this engine doesn't know, and since when. They may run on another engine of
  /// this kernel, so only their checks can show that they are dead.
  var unknownSince: [String: Duration] = [:]

  // MARK: The agent
  /// The request to the agent; one at a time.
  var agentRequest: PendingRequest<AgentRequest<Service>>?
  /// No request is sent to the agent before that.
  var agentPause: Duration = .zero
  /// Failures in a row; the first one is logged.
  var agentFailures = 0
  /// The comparison under way.
  var comparison: Comparison?
  var nextComparison: Duration = .zero

  // MARK: Services, by their ID
  /// Our own registrations that the agent has, according to its answers.
  var ownRegistrations: [String: Registration] = [:]
  /// When the last one was sent.
  var lastRegistered: Duration = .zero
  /// Those registered since our start; older entries may differ in fields we don't read back.
  var registeredSinceStart: Set<String> = []
  /// Our registrations that the agent hasn't answered; it may still carry them out.
  var unanswered: Set<String> = []
  /// Entries that were removed because their container was gone.
  var removed: [String: RemovedEntry] = [:]
  /// Why the agent refused an ID, so that each reason is logged once.
  var refusals: [String: String] = [:]

  /// A watcher that knows neither a container nor an entry. It subscribes at its first event.
  public init(_ policy: WatcherPolicy) { self.policy = policy }

  /// Handles one event, which happened `now`, and returns the effects to perform in order.
  public mutating func handle(_ event: WatcherEvent<Service>, at now: Duration) -> [WatcherEffect<Service>] {
    self.now = now
    receive(event)
    if end == nil { sendRequests() } else { shutDown() }
    defer { effects = [] }
    return effects
  }

  private mutating func receive(_ event: WatcherEvent<Service>) {
    switch event {
    case .elapsed: elapsed()
    case .stop: stop()

    case .subscribed: stream.subscribed(at: now)
    case .streamLost(let reason): streamLost(reason)
    case .started(let id): started(id)
    case .died(let id, let age): died(id, age: age)
    case .missed: nextList = now

    case .identified(let engine): identified(engine)
    case .listed(let id): listed.append(id)
    case .listEnded: listEnded()
    case .inspected(let result): inspected(result)
    case .engineRequestFailed(let reason): engineRequestFailed(reason)
    case .engineUnreachable(let reason): disconnect(reason)

    case .entry(let entry): received(entry)
    case .critical(let id): comparison?.critical?.append(id)
    case .answered(let answer): answered(answer)
    case .agentRequestFailed(let reason): agentRequestFailed(reason)
    }
  }

  private mutating func elapsed() {
    if !stream.isAway, let deadline = stream.deadline, deadline <= now { disconnect("no answer") }
    if let engineRequest, engineRequest.deadline <= now {
      emit(.cancelEngineRequest)
      engineRequestFailed("no answer")
    }
    if let agentRequest, agentRequest.deadline <= now { agentRequestFailed("no answer") }
  }

  mutating func emit(_ effect: WatcherEffect<Service>) { effects.append(effect) }

  mutating func log(_ notice: WatcherNotice) { effects.append(.log(notice)) }
}

/// IDs are compared byte by byte.
func isSame(_ one: String, _ other: String) -> Bool { one.utf8.elementsEqual(other.utf8) }

func isBefore(_ one: String, _ other: String) -> Bool { one.utf8.lexicographicallyPrecedes(other.utf8) }
