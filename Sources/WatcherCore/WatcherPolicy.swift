/// What the watcher was told to do.
public struct WatcherPolicy: Hashable, Sendable {
  /// Register containers that have no wrapper.
  public var registers: Bool
  /// Take these registrations out when we end.
  public var deregistersOnExit: Bool
  /// The container that we run in, which isn't counted; nil: none, or one that isn't known.
  public var ownContainer: String?

  public init(registers: Bool = true, deregistersOnExit: Bool = false, ownContainer: String? = nil) {
    self.registers = registers
    self.deregistersOnExit = deregistersOnExit
    self.ownContainer = ownContainer
  }

  /// What was missed is found this often; the list of what runs.
  static let listInterval: Duration = .seconds(60)
  /// What an engine that has just come back still believes to run, of what died without it, it finds out within a second or two.
  static let secondListDelay: Duration = .seconds(3)
  /// An agent that lost its state is told again this soon.
  var comparisonInterval: Duration { registers ? .seconds(5) : .seconds(60) }
  /// A death that is heard so soon needs no word of the engine's, which Docker gives only when it has cleared up: 100 ms later,
  /// or 2 s where many die at once. No container was seen up again sooner than 98 ms after its `die` (50 restarts, Docker
  /// 20.10, bridged; 87 ms without a network).
  static let freshDeath: Duration = .milliseconds(40)
  /// The last moment, after such a death, at which a deregistration is sent: the rest is for its way, and for faster machines.
  static let earliestRestart: Duration = .milliseconds(60)
  /// What we have registered ourselves is the dead container's for so long, since nobody else registers its next life.
  static let deathRemembered: Duration = .seconds(10)
  /// A leaderless agent answers after 7.3 s.
  static let agentTimeout: Duration = .seconds(10)
  static let engineTimeout: Duration = .seconds(10)
  /// An agent's answer that is older says nothing of now.
  static let freshness: Duration = .seconds(1)
  /// The same where no start would be heard of: no container is ready so soon.
  static let freshnessWithoutStream: Duration = .milliseconds(100)
  /// Before all is looked at anew, so that an agent that contradicts itself isn't asked without end.
  static let pause: Duration = .milliseconds(100)
  /// A stream that ends sooner is as good as none.
  static let steadyStream: Duration = .seconds(5)
  /// What an engine didn't tell of a dead container is asked again so soon.
  static let inspectRetry: Duration = .seconds(1)
  /// How long the end of a container is remembered that the agent has no entry of.
  static let endRemembered: Duration = .seconds(60)
  /// How long an entry that was removed is expected to come back: another process would register it again within a
  /// heartbeat, another watcher within a minute.
  static let removalRemembered: Duration = .seconds(600)

  /// How soon the checks of a container are looked at again that this engine doesn't know, the first time `age` ago:
  /// within an eighth of its TTL.
  static func checksPause(age: Duration) -> Duration { max(.seconds(1), age / 8) }

  /// For what was left to take out when a stop signal came.
  static let shutdownTimeout: Duration = .seconds(3)

  /// 100 ms, doubled with each failure in a row, 2 s at most: both are on this host, and we are the only one of us.
  static func backoff(after failures: Int) -> Duration {
    min(.milliseconds(100) * (1 << min(failures, 5)), .seconds(2))
  }
}
