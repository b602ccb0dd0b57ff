/// The options of one service.
public struct ServicePolicy: Hashable, Sendable {
  /// How readiness is probed; nil: ready from the start.
  public var probe: ProbePolicy?
  /// The TTL of both checks; nil: registered without checks.
  public var ttl: Duration?
  /// This instance's share of every jittered delay, 0 to 1000: it keeps a thousand instances from beating at once.
  public var jitter: Int

  /// A policy; by default with a probe, a TTL of 15 s and no jitter.
  public init(probe: ProbePolicy? = .connect, ttl: Duration? = .seconds(15), jitter: Int = 0) {
    self.probe = probe
    self.ttl = ttl
    self.jitter = jitter
  }
}

extension ServicePolicy {
  /// The probe's time-out: short enough to renew *alive* within its TTL, since a heartbeat waits for the probe.
  var probeTimeout: Duration {
    let configured = probe?.timeout ?? .zero
    return ttl.map { min(configured, $0 / 3) } ?? configured
  }

  /// The time between two updates of the checks: a third of the TTL, so that two may get lost; at most a tenth earlier.
  var beat: Duration { ttl.map { spread($0 / 3) } ?? comparison }

  /// How often the agent's entry is compared with ours; as spread as the beats.
  var comparison: Duration { spread(Interval.comparison) }

  /// The time-out of a heartbeat: another can be sent before the TTL runs out.
  var updateTimeout: Duration { (ttl ?? Interval.comparison) / 3 }

  /// The pause after `failures` failed attempts: doubling from 100 ms to a third of the TTL or 5 s, whichever is
  /// shorter, and spread over its upper half.
  func backoff(after failures: Int) -> Duration {
    let longest = min(.seconds(5), updateTimeout)
    let pause = min(longest, .milliseconds(100) * (1 << min(failures, ServicePolicy.countedFailures)))
    return pause * (1_000 + jitter) / 2_000
  }

  /// A refusal is retried rarely: only a new token or policy can help.
  var backoffWhenRefused: Duration { spread(.seconds(60)) }

  private func spread(_ pause: Duration) -> Duration { pause * (9_000 + jitter) / 10_000 }

  /// 100 ms doubled six times is over the longest pause.
  static let countedFailures = 6
}
