/// The watcher's machine: what happened, with its time, goes in; what is to be done comes out. It does nothing itself.
///
/// It goes by states, not by events. What the engine tells of a container only changes what is believed to run, and
/// that the agent's entries are to be compared with it; so it doesn't matter how many events there were, or whether one
/// was missed. And what is believed is never enough to take an entry out: right before that, the engine is asked whether
/// the container runs. Whoever registered before that answer is dead if it says no; a container that starts afterwards
/// takes longer to be ready than the one request that follows. Only a death that was just heard is as good as that answer.
///
/// Times are of one clock that doesn't jump.
public struct Watch: Hashable {
  let plan: WatchPlan

  /// Where the engine's stream stands.
  enum Stream: Hashable {
    case away(until: Duration)
    case subscribing(patience: Duration)
    /// Subscribed first and listed then: what starts or ends in between is told by the stream.
    case listing
    case open
  }
  var stream = Stream.away(until: .zero)
  /// What the engine is asked beside the stream; one thing at a time.
  var query: Waiting<EngineQuery>?
  /// What the stream has told since the engine was asked, whose answer may not know of it.
  var news: [String: Bool] = [:]
  var listed: [String] = []
  var nextList: Duration = .zero
  var engineFailures = 0
  var isEngineTroubleTold = false
  var isEngineKnown = false
  /// Since when the stream is open.
  var openSince: Duration = .zero
  /// It ended, and what was begun is still to be finished: it may always end at once, behind a proxy that is set up wrongly.
  var isStreamGone = false
  /// How many ended soon after they had begun, in a row.
  var shortStreams = 0
  /// Containers of which the engine told nothing.
  var untold: [String: Untold] = [:]

  /// What is believed to run.
  var running: [String: Explored] = [:]
  /// Whose end was heard a short time ago; never of one that is believed to run.
  var deaths: [String: Death] = [:]
  /// The engine's ID, once it was told.
  var engineID: String?
  var isUnidentifiedTold = false
  /// Containers of entries that have run on this engine.
  var seen: Set<String> = []
  /// Containers that ran on this engine and may have an entry by now, and when we learnt of their end.
  var ended: [String: Duration] = [:]
  /// Containers with entries that this engine knows nothing of, and since when that is known. They may run on another engine
  /// of this kernel, so only their checks tell that they are dead.
  var absent: [String: Duration] = [:]
  /// What was removed because its container was gone, by ID.
  var removed: [String: Removal] = [:]
  /// IDs of our registrations that the agent hasn't answered: it may register them later.
  var unanswered: Set<String> = []

  /// What the agent is asked; one thing at a time.
  var request: Waiting<AgentRequest>?
  /// The comparison under way.
  var comparison: Comparison?
  var nextComparison: Duration = .zero
  /// The agent is left alone until then.
  var agentPause: Duration = .zero
  var agentFailures = 0
  var isAgentTroubleTold = false
  /// Of the IDs that the agent refused: why, so that it is told once.
  var refusals: [String: String] = [:]

  /// Our own registrations that the agent has, as far as its answers say.
  var own: [Registration] = []
  /// When the last one was sent.
  var lastRegistered: Duration = .zero
  /// The IDs of those that were made since we started: what was told otherwise before can't be seen in all its parts.
  var renewed: Set<String> = []
  /// After a stop signal: when to end at the latest.
  var end: Duration?

  public init(_ plan: WatchPlan) { self.plan = plan }

  /// Whether this engine is known to have run the container.
  func hasRun(_ container: String) -> Bool { seen.contains(container) || ended[container] != nil }

  /// Whether the container is believed to run.
  public func isRunning(_ container: String) -> Bool { running[container] != nil }
}

/// What is known of a container that runs.
enum Explored: Hashable {
  case notYet
  /// The engine didn't say; asked again with the next list, which then comes sooner.
  case untold
  /// And since when we know.
  case wanted([Registration], since: Duration)

  var wanted: [Registration] { if case .wanted(let wanted, _) = self { wanted } else { [] } }
}

/// What an engine answers instead of telling of a container.
struct Untold: Hashable {
  /// Said once.
  let reason: String
  let since: Duration
  /// A dead one is left alone until then.
  var until: Duration
}

/// A container's end, as the engine told of it.
struct Death: Hashable {
  let heard: Duration
  /// Until then it can't run again, whether we hear of that or not; nil: the word came too late for that.
  let surelyUntil: Duration?
  /// Whether what we have registered for it is of before.
  let endsOurs: Bool
}

/// An entry that was removed because its container was gone.
struct Removal: Hashable {
  let container: String
  let at: Duration
  /// Whether its return was logged.
  var isReturnTold = false
}

/// Something that is waited for.
struct Waiting<Subject: Hashable>: Hashable {
  let subject: Subject
  let deadline: Duration
}

/// The agent's entries beside what runs.
struct Comparison: Hashable {
  /// Whether the agent's list is complete.
  var isComplete = false
  /// Something is to be looked at that isn't in it.
  var isOutdated = false
  /// What no container that we believe to run has: to be verified, one by one.
  var suspects: [Entry] = []
  /// Containers that run here and have entries.
  var running: Set<String> = []
  /// Entries of containers that this engine doesn't know: to be removed only if their checks say so.
  var unconfirmed: [Entry] = []
  /// IDs of services whose *alive* check is critical; nil: not asked yet.
  var critical: [String]?
  /// The one of which the engine has just said so, or whose end was just heard.
  var dead: Entry?
  /// How long that holds, if it was only heard.
  var surelyUntil: Duration?
  /// Who has its ID now: its container.
  var holder: String?
  /// The one that is still the dead one's.
  var verified: Entry?
  /// Our own that the agent has.
  var own: [Registration] = []
  /// Our own that are to be known by another ID.
  var misnamed: [Entry] = []
  /// What the agent refused, until the next comparison.
  var givenUp: [String] = []
}

/// What is to be done, collected while one event is handled.
struct Turn {
  let now: Duration
  var effects: [WatchEffect] = []

  mutating func emit(_ effect: WatchEffect) { effects.append(effect) }
  mutating func log(_ notice: WatchNotice) { effects.append(.log(notice)) }
}

/// IDs are compared byte by byte.
func isSame(_ one: String, _ other: String) -> Bool { one.utf8.elementsEqual(other.utf8) }
