import Testing
import WrapperCore

/// An agent that is away for a while and has forgotten everything when it comes back; it answers at once.
private struct Agent {
  let away: Range<Duration>
  private(set) var isListed = false
  private var knowsOfTheOutage = false

  init(away: Range<Duration>) { self.away = away }

  /// The answers, or nil where there is nobody to answer.
  mutating func answer(_ requests: [ServiceRequest], at time: Duration) -> [ServiceAnswer]? {
    if away.contains(time) { return nil }
    if time >= away.upperBound && !knowsOfTheOutage { (knowsOfTheOutage, isListed) = (true, false) }
    return requests.map { request in
      if case .register = request { isListed = true }
      return isListed ? .done : .unknown
    }
  }
}

/// One machine among many, with a process that always accepts.
private struct Instance {
  private(set) var machine: WrapperMachine
  private var agent: Agent
  /// When each request was sent, those on one connection at the same time.
  private(set) var requests: [Duration] = []
  /// Some 150 are made in eleven minutes: where no end is in sight, the rest is of no interest.
  private static let tooMany = 500
  /// When the agent that came back listed it.
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

  private mutating func perform(_ actions: [Action]) {
    for effect in actions.map(\.effect) {
      switch effect {
      case .probe: perform(machine.handle(.probed(.accepting), at: now))
      case .send(let requests): send(requests)
      case .cancelProbe, .disconnect, .signal, .suspendSelf, .terminateRemaining, .killRemaining, .log, .exit:
        break
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

  /// The most requests that are sent within one of the spans of time from `start` on.
  private static func peak(_ instances: [Instance], in span: Duration, from start: Duration) -> Int {
    var buckets: [Int: Int] = [:]
    for time in instances.flatMap(\.requests) where time >= start {
      buckets[Int((time - start) / span), default: 0] += 1
    }
    return buckets.values.max() ?? 0
  }

  @Test(
    "An agent that comes back after a minute isn't trampled, and lists all of them within a beat",
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
