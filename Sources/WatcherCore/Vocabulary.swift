/// What the watcher was told to do.
public struct WatchPlan: Hashable, Sendable {
  /// Register containers that have no wrapper.
  public var registers: Bool
  /// Take these registrations out when we end.
  public var withdraws: Bool
  /// The container that we run in, which isn't counted; nil: none, or one that isn't known.
  public var ownContainer: String?

  public init(registers: Bool = true, withdraws: Bool = false, ownContainer: String? = nil) {
    self.registers = registers
    self.withdraws = withdraws
    self.ownContainer = ownContainer
  }

  /// What was missed is found this often; the list of what runs.
  static let listing: Duration = .seconds(60)
  /// What an engine that has just come back still believes to run, of what died without it, it finds out within a second or two.
  static let secondListing: Duration = .seconds(3)
  /// An agent that lost its state is told again this soon.
  var comparing: Duration { registers ? .seconds(5) : .seconds(60) }
  /// A death that is heard so soon needs no word of the engine's, which Docker gives only when it has cleared up: 100 ms later,
  /// or 2 s where many die at once. No container was seen up again sooner than 98 ms after its `die` (50 restarts, Docker
  /// 20.10, bridged; 87 ms without a network).
  static let fresh: Duration = .milliseconds(40)
  /// The last moment, after such a death, at which a deregistration is sent: the rest is for its way, and for faster machines.
  static let restart: Duration = .milliseconds(60)
  /// What we have registered ourselves is the dead container's for so long, since nobody else registers its next life.
  static let remembered: Duration = .seconds(10)
  /// A leaderless agent answers after 7.3 s.
  static let agentPatience: Duration = .seconds(10)
  static let enginePatience: Duration = .seconds(10)
  /// An agent's answer that is older says nothing of now.
  static let freshness: Duration = .seconds(1)
  /// The same where no start would be heard of: no container is ready so soon.
  static let freshnessUnheard: Duration = .milliseconds(100)
  /// Before all is looked at anew, so that an agent that contradicts itself isn't asked without end.
  static let pause: Duration = .milliseconds(100)
  /// A stream that ends sooner is as good as none.
  static let steadiness: Duration = .seconds(5)
  /// What an engine didn't tell of a dead container is asked again so soon.
  static let untold: Duration = .seconds(1)
  /// How long the end of a container is remembered that the agent has no entry of.
  static let endRemembered: Duration = .seconds(60)
  /// How long an entry that was removed is expected to come back: another process would register it again within a
  /// heartbeat, another watcher within a minute.
  static let removalRemembered: Duration = .seconds(600)

  /// How soon the checks of a container are looked at again that this engine doesn't know, the first time `age` ago:
  /// within an eighth of its TTL.
  static func checksPause(age: Duration) -> Duration { max(.seconds(1), age / 8) }

  /// For what was left to take out when a stop signal came.
  static let ending: Duration = .seconds(3)

  /// 100 ms, doubled with each failure in a row, 2 s at most: both are on this host, and we are the only one of us.
  static func backoff(after failures: Int) -> Duration {
    min(.milliseconds(100) * (1 << min(failures, 5)), .seconds(2))
  }
}

/// A service that the watcher itself registers.
public struct Registration: Hashable, Sendable {
  public var id: String
  public var name: String
  public var port: Int
  /// nil: the agent's own.
  public var address: String?

  public init(id: String, name: String, port: Int, address: String? = nil) {
    self.id = id
    self.name = name
    self.port = port
    self.address = address
  }
}

/// An entry of the agent that carries this boot's mark and a container's ID.
public struct Entry: Hashable, Sendable {
  public var id: String
  public var container: String
  /// The watcher's own; nil: a wrapper's.
  public var registration: Registration?
  public var engine: EngineMark

  /// What an entry says of the engine that its container belongs to.
  public enum EngineMark: Hashable, Sendable {
    /// It carries our engine's ID.
    case ours
    /// Our kind of engine, but which one isn't said: it may be another on the same kernel.
    case sameKind
    case other
  }

  /// - Parameter engine: nil: as the watcher and the wrapper register.
  public init(id: String, container: String, registration: Registration? = nil, engine: EngineMark? = nil) {
    self.id = id
    self.container = container
    self.registration = registration
    self.engine = engine ?? (registration == nil ? .sameKind : .ours)
  }
}

/// What the engine says of a container.
public enum Inspected: Hashable, Sendable {
  /// It runs, and is to be registered like this; empty: by its wrapper, or not at all.
  case running([Registration])
  case stopped
  /// It has none of this ID: removed, or never its own.
  case unknown
  /// It answers, but not to this.
  case untold(String)
}

public enum EngineQuery: Hashable, Sendable {
  case list
  case inspect(String)
}

public enum AgentRequest: Hashable, Sendable {
  /// All entries with this boot's mark.
  case look
  /// The services whose *alive* check is critical: a living wrapper keeps it passing.
  case listCritical
  /// The entry under this ID, which may be another's by now.
  case verify(Entry)
  case register(Registration)
  case deregister(Entry)
}

public enum AgentAnswer: Hashable, Sendable {
  case done
  /// It doesn't know the service: gone already.
  case unknown
  case refused(String)
  case failing(String)
}

/// What happened. Reasons are for the log.
public enum WatchEvent: Hashable, Sendable {
  /// The time that was named is over.
  case elapsed
  /// The engine's ID; nil where it isn't known. Before `subscribed`.
  case identified(engine: String?)
  case subscribed
  /// The stream is gone.
  case streamLost(String)
  case started(String)
  /// How long ago; nil where that isn't known, or where a container may run again at once.
  case died(String, age: Duration? = nil)
  /// Something of the stream was lost, or couldn't be read.
  case missed
  case listed(String)
  case listEnded
  case inspected(Inspected)
  case queryLost(String)
  case entry(Entry)
  /// The ID of a service whose *alive* check is critical.
  case critical(String)
  case answered(AgentAnswer)
  case requestLost(String)
  /// A stop signal.
  case stop
}

public enum WatchEffect: Hashable, Sendable {
  case subscribe
  case unsubscribe
  case ask(EngineQuery)
  case dropQuery
  case send(AgentRequest)
  case dropRequest
  case log(WatchNotice)
  case exit
}

public enum WatchNotice: Hashable, Sendable {
  case watching(running: Int)
  case engineAway(String)
  case agentAway(String)
  case agentAnswers
  case removed(Entry)
  case registered(Registration)
  case refused(id: String, String)
  /// Two that run are to be registered under it.
  case idShared(String)
  case untold(container: String, String)
  /// The engine doesn't say which one it is.
  case engineUnidentified
  /// It was removed because its container was gone, and has been registered again.
  case cameBack(Entry)
  case leaving(registrations: Int)
}
