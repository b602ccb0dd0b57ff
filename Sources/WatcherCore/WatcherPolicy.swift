/// The watcher's options and its fixed intervals.
public struct WatcherPolicy: Hashable, Sendable {
  /// Register containers that have no wrapper.
  public var registers: Bool
  /// Deregister our own registrations on exit.
  public var deregistersOnExit: Bool
  /// Our own container, left out of the count of running ones; nil outside of containers or if unknown.
  public var ownContainer: String?

  /// A policy with these options; by default those of a watcher without flags.
  public init(registers: Bool = true, deregistersOnExit: Bool = false, ownContainer: String? = nil) {
    self.registers = registers
    self.deregistersOnExit = deregistersOnExit
    self.ownContainer = ownContainer
  }

  /// How often running containers are listed, to find missed events.
  static let listInterval: Duration = .seconds(60)
  /// A restarted engine needs 1–2 s to notice containers that died meanwhile; list again after that.
  static let secondListDelay: Duration = .seconds(3)
  /// How often the agent's entries are compared: an agent that lost its state has them again this soon.
  var comparisonInterval: Duration { registers ? .seconds(5) : .seconds(60) }
  /// A die event younger than this needs no inspect, which Docker answers only after its cleanup: 100 ms
  /// later, or 2 s where many die at once. No container ran again sooner than 98 ms after its `die` (50
  /// restarts, Docker 20.10, bridged; 87 ms without a network).
  static let freshDeath: Duration = .milliseconds(40)
  /// How long after such a death a deregistration may be sent; the rest covers its way and faster machines.
  static let earliestRestart: Duration = .milliseconds(60)
  /// How long our own registration is known to be the dead container's, since no other process registers its
  /// next run.
  static let deathRemembered: Duration = .seconds(10)
  /// An agent without a leader answers after 7.3 s.
  static let agentTimeout: Duration = .seconds(10)
  static let engineTimeout: Duration = .seconds(10)
  /// The time-out of `/info`, for which Docker inspects its storage and plug-ins: the containers can't wait
  /// for that.
  static let identityTimeout: Duration = .seconds(2)
  /// The oldest age at which an agent's answer still counts.
  static let freshness: Duration = .seconds(1)
  /// The same while the stream is gone and no start would be reported: no container is ready so soon.
  static let freshnessWithoutStream: Duration = .milliseconds(100)
  /// Pause before a new comparison, so that an agent that contradicts itself isn't queried in a loop.
  static let pause: Duration = .milliseconds(100)
  /// A stream that ends sooner counts as failed. After such a one, the second list shows that the next one
  /// lasts.
  static let steadyStream = secondListDelay
  /// When a failed inspect of a dead container is repeated.
  static let inspectRetry: Duration = .seconds(1)
  /// How long the end of a container without an entry is remembered.
  static let endRemembered: Duration = .seconds(60)
  /// How long a removed entry is watched for its return: another process would register it again within a
  /// heartbeat, another watcher within a minute.
  static let removalRemembered: Duration = .seconds(600)

  /// How soon the checks of an unknown container are listed again, `age` after it was first found unknown:
  /// within an eighth of its TTL.
  static func checksPause(age: Duration) -> Duration { max(.seconds(1), age / 8) }

  /// The time for deregistrations after a stop signal.
  static let shutdownTimeout: Duration = .seconds(3)

  /// 100 ms, doubled with each failure in a row, at most 2 s: engine and agent are on this host, and we are
  /// their only watcher.
  static func backoff(after failures: Int) -> Duration {
    min(.milliseconds(100) * (1 << min(failures, 5)), .seconds(2))
  }
}
