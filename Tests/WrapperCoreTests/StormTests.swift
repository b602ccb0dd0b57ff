import Testing
import WrapperCore

/// An agent that answers at once, is away for a while, and has lost every service when it is back.
private struct Agent {
  let away: Range<Duration>
  private(set) var isListed = false
  private var hasLostServices = false

  init(away: Range<Duration>) { self.away = away }

  /// The answers; nil while the agent is away.
  mutating func answer(_ requests: [ServiceRequest], at time: Duration) -> [ServiceAnswer]? {
    if away.contains(time) { return nil }
    if time >= away.upperBound && !hasLostServices { (hasLostServices, isListed) = (true, false) }
    return requests.map { request in
      if case .register = request { isListed = true }
      return isListed ? .done : .unknown
    }
  }
}

/// One of many machines; its process always accepts.
private struct Instance {
  private(set) var machine: WrapperMachine
  private var agent: Agent
  /// When each request was sent, those on one connection at the same time.
  private(set) var requests: [Duration] = []
  /// About 150 requests are sent in eleven minutes; more than this is a failure already.
  private static let tooMany = 500
  /// When the agent listed it after the outage.
  private(set) var listedAt: Duration?
  private var now = Timestamps(monotonic: .zero, boottime: .zero)

  init(jitter: Int, away: Range<Duration>) {
    machine = WrapperMachine(Policy(jitter: jitter), at: now)
    agent = Agent(away: away)
  }

  mutating func run(until end: Duration) {
    perform(machine.start(at: now))
    for _ in 0..<10_000 {
      guard let left = machine.timeLeft(at: now), now.monotonic + left < end else { return }
      now.monotonic += left
      now.boottime += left
      perform(machine.handle(.elapsed, at: now))
    }
  }

  private mutating func perform(_ effects: [Effect]) {
    for effect in effects {
      switch effect {
      case .service(.probe, _): perform(machine.handle(.probed(.accepting), at: now))
      case .service(.send(let requests), _): send(requests)
      case .service(.cancelProbe, _), .service(.disconnect, _), .service(.log, _), .process: break
      }
    }
  }

  private mutating func send(_ requests: [ServiceRequest]) {
    if self.requests.count >= Instance.tooMany { return }
    self.requests += requests.map { _ in now.monotonic }
    guard let answers = agent.answer(requests, at: now.monotonic) else {
      return perform(machine.handle(.lost(.unreachable(refused)), at: now))
    }
    if now.monotonic >= agent.away.upperBound, agent.isListed { listedAt = listedAt ?? now.monotonic }
    for answer in answers { perform(machine.handle(.answered(answer), at: now)) }
  }
}

@Suite("Thousands of instances and one agent")
struct StormTests {
  private static let beat = Duration.seconds(5)

  private static func instances(_ count: Int, away: Range<Duration>) -> [Instance] {
    (0..<count).map { number in
      var instance = Instance(jitter: number % 1_001, away: away)
      instance.run(until: away.upperBound + .seconds(30))
      return instance
    }
  }

  /// The largest number of requests within one span of time, from `start` on.
  private static func peak(_ instances: [Instance], in span: Duration, from start: Duration) -> Int {
    var buckets: [Int: Int] = [:]
    for time in instances.flatMap(\.requests) where time >= start {
      buckets[Int((time - start) / span), default: 0] += 1
    }
    return buckets.values.max() ?? 0
  }

  @Test(
    "After an outage every instance is registered within one heartbeat, at a bounded request rate",
    arguments: [(1_000, .zero), (10_000, .seconds(30)), (1_000, .seconds(600))] as [(Int, Duration)])
  func commonOutage(count: Int, from start: Duration) {
    let away = start..<(start + .seconds(60))
    let instances = Self.instances(count, away: away)
    let burst = Self.peak(instances, in: .milliseconds(100), from: away.upperBound)
    let rate = Self.peak(instances, in: .seconds(1), from: away.upperBound)
    let last = instances.map { $0.listedAt ?? .seconds(1_000_000) }.max() ?? .zero
    print(
      "\(count), outage at \(start): at most \(burst) requests in 100 ms and \(rate) in a second, "
        + "last listed after \(last - away.upperBound)")
    #expect(last <= away.upperBound + Self.beat)
    #expect(burst <= count / 5)
    #expect(rate <= count * 3 / 2)
  }
}
