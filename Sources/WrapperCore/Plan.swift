/// What the user asked for, as far as policy depends on it.
public struct Plan: Hashable, Sendable {
  /// What is registered; empty for an init that registers nothing.
  public var services: [ServicePlan]
  /// How long the process may take to become ready; nil: for ever.
  public var readyTimeout: Duration?
  /// The signals that mean stop.
  public var stopSignals: [Int32]
  /// Whether a hang-up that a terminal made means stop as well.
  public var hangUpStops: Bool
  /// Between deregistered and signalled.
  public var drain: Duration
  /// Between signalled and killed; nil: never killed.
  public var stopTimeout: Duration?
  /// What is sent instead of a signal that was received; `dropped`: nothing.
  public var rewrites: [Int32: Int32]
  /// How long what the process leaves running is given to end; nil: not waited for.
  public var waitForAll: Duration?
  /// Exit statuses that are reported as 0.
  public var expectedExits: [Int32]

  public init(
    services: [ServicePlan], readyTimeout: Duration? = nil,
    stopSignals: [Int32] = [Signal.interrupt, Signal.terminate], hangUpStops: Bool = true,
    drain: Duration = .zero, stopTimeout: Duration? = nil, rewrites: [Int32: Int32] = [:],
    waitForAll: Duration? = nil, expectedExits: [Int32] = []
  ) {
    self.services = services
    self.readyTimeout = readyTimeout
    self.stopSignals = stopSignals
    self.hangUpStops = hangUpStops
    self.drain = drain
    self.stopTimeout = stopTimeout
    self.rewrites = rewrites
    self.waitForAll = waitForAll
    self.expectedExits = expectedExits
  }

  /// No signal has the number 0; kill(2).
  public static let dropped: Int32 = 0
}

/// What the user asked for of one service.
public struct ServicePlan: Hashable, Sendable {
  /// What decides when the process is ready; nil: it counts as ready from the start.
  public var probe: ProbePlan?
  /// The TTL of both checks; nil: registered without checks.
  public var ttl: Duration?
  /// This instance's place in every jittered delay, 0 to 1000: what keeps a thousand of them from beating as one.
  public var jitter: Int

  public init(probe: ProbePlan? = ProbePlan(), ttl: Duration? = .seconds(15), jitter: Int = 0) {
    self.probe = probe
    self.ttl = ttl
    self.jitter = jitter
  }
}

/// How a probe is treated.
public struct ProbePlan: Hashable, Sendable {
  /// When an answer is given up.
  public var timeout: Duration
  /// The shortest pause between two.
  public var pause: Duration

  /// A connect to loopback that takes longer than a second meets a full backlog.
  public init(timeout: Duration = .seconds(1), pause: Duration = .zero) {
    self.timeout = timeout
    self.pause = pause
  }
}

/// Every time-out and interval that isn't the user's to choose.
enum Interval {
  /// Docker gives ten seconds in all, so a silent agent may cost a stop signal no more than this.
  static let deregistration: Duration = .milliseconds(300)
  /// What Consul may take of a whole stop, counted from the stop signal.
  static let stopBudget: Duration = .seconds(3)
  /// What Consul may take after the process has ended, if it hangs or is gone.
  static let lastChance: Duration = .seconds(1)
  /// Without a leader, Consul 1.8.7 answers a write after 7.0 to 7.3 s: later than that it hangs.
  static let answer: Duration = .seconds(10)
  /// An unanswered registration isn't repeated on another connection for this long: a hung agent that comes back
  /// takes what waits on two connections in either order, and a late registration would outlive the deregistration.
  static let registrationAnswer: Duration = .seconds(60)
  /// When a process that isn't ready is worth a warning.
  static let readyWarning: Duration = .seconds(30)
  /// Between the TERM and the KILL of a process that wasn't ready in time, where no stop time-out is set.
  static let readyKill: Duration = .seconds(10)
  /// What is left may take this long to be gone once it was sent KILL.
  static let othersKilled: Duration = .seconds(1)
  /// How often a registration without checks is compared with the agent's.
  static let comparison: Duration = .seconds(30)

  /// How long to wait before the next probe of a process that isn't ready yet: eager at first, since most services
  /// are ready within a second, then rarely, since one that takes minutes needs its processor.
  static func probe(age: Duration) -> Duration {
    if age < .seconds(1) { return .milliseconds(2) }
    return age < .seconds(10) ? .milliseconds(20) : .milliseconds(100)
  }
}

extension ServicePlan {
  /// When a probe is given up: early enough for *alive* to be renewed within its TTL, since a beat waits for the probe.
  var probeTimeout: Duration {
    let asked = probe?.timeout ?? .zero
    return ttl.map { min(asked, $0 / 3) } ?? asked
  }

  /// The time between two updates of the checks: a third of the TTL, so that two may get lost; at most a tenth earlier.
  var beat: Duration {
    guard let ttl else { return comparison }
    return ttl / 3 * (9_000 + jitter) / 10_000
  }

  /// How often the agent's entry is compared with ours; as spread as the beats.
  var comparison: Duration { Interval.comparison * (9_000 + jitter) / 10_000 }

  /// How long the answer to a heartbeat is waited for: until the next one is due.
  var updatePatience: Duration { ttl == nil ? Interval.comparison / 3 : beat }

  /// The pause after `failures` failed attempts: doubling from 100 ms to a third of the TTL or 5 s, whichever is
  /// shorter, and spread over its upper half.
  func backoff(after failures: Int) -> Duration {
    let longest = min(.seconds(5), (ttl ?? Interval.comparison) / 3)
    let pause = min(longest, .milliseconds(100) * (1 << min(failures, ServicePlan.countedFailures)))
    return pause * (1_000 + jitter) / 2_000
  }

  /// Waiting won't mend a refusal, and a fixed token file or policy is no hurry.
  var backoffWhenRefused: Duration { .seconds(60) * (9_000 + jitter) / 10_000 }

  /// 100 ms doubled six times is over the longest pause.
  static let countedFailures = 6
}
