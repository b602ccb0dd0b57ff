@testable import WatcherCore

/// An engine, an agent, and containers with and without a wrapper that start and die at random. Events are late but in
/// order. An answer shows some moment between the request and its delivery. A container that died starts again 100 ms
/// later at the soonest, as with Docker, and die events have their time. The last container belongs to another engine:
/// ours doesn't know it.
struct SimulatedHost {
  private struct Container {
    var isRunning = false
    var isRemoved = false
    /// The number of its runs.
    var life = 0
    var hasWrapper: Bool
    /// When its wrapper registers.
    var registersAt: Int?
    var diedAt = -SimulatedHost.restart
    var isForeign = false
  }
  private struct Held {
    var life: Int
    var registration: Registration?
  }

  private(set) var machine = WatcherMachine(WatcherPolicy())
  private(set) var faults: [String] = []
  private(set) var removed = 0
  private var random: Xorshift
  private var tick = 0
  private var containers: [Container]
  private var entries: [Int: Held] = [:]
  private var events: [(due: Int, event: WatcherEvent)] = []
  private var answers: [(due: Int, isAgents: Bool, events: [WatcherEvent])] = []
  private var isStreaming = false
  private var isCalm = false
  /// The engine answers no inspect of a dead container, so only die events lead to removals, and wrappers register
  /// at once.
  private let isHasty: Bool

  /// A container isn't ready sooner after its start: an answer and the next request are faster.
  private static let start = 25
  private static let longestAnswer = 10
  private static let restart = 10
  /// A dead wrapper's check is critical.
  private static let ttl = 1_500

  init(seed: UInt64, containers count: Int = 4, isHasty: Bool = false) {
    self.isHasty = isHasty
    random = Xorshift(state: seed &* 0x9E37_79B9_7F4A_7C15 | 1)
    containers = (0..<count).map { Container(hasWrapper: $0 % 2 == 0) }
    containers.append(Container(hasWrapper: true, isForeign: true))
    deliver(.elapsed)
  }

  private var now: Duration { .milliseconds(tick * 10) }

  mutating func run(_ ticks: Int) { for _ in 0..<ticks { step() } }

  /// Lets two minutes pass without a change.
  mutating func calmDown() {
    isCalm = true
    run(12_000)
  }

  private mutating func step() {
    tick += 1
    if !isCalm { happen() }
    for index in containers.indices where containers[index].registersAt.map({ $0 <= tick }) ?? false {
      entries[index] = Held(life: containers[index].life)
      containers[index].registersAt = nil
    }
    while let first = events.first, first.due <= tick { deliver(events.removeFirst().event) }
    while let index = answers.firstIndex(where: { $0.due <= tick }) {
      for event in answers.remove(at: index).events { deliver(event) }
    }
    if let left = machine.timeLeft(at: now), left <= .zero { deliver(.elapsed) }
  }

  private mutating func happen() {
    let index = Int(random.next() % UInt64(containers.count))
    switch random.next() % 60 {
    case 0...2 where !containers[index].isRunning && tick >= containers[index].diedAt + SimulatedHost.restart:
      start(index)
    case 3...5 where containers[index].isRunning: die(index)
    case 6 where !containers[index].isRunning: containers[index].isRemoved = true
    case 7: breakStream()
    case 8: entries = entries.filter { _ in random.next() % 4 > 0 }
    default: break
    }
  }

  private mutating func start(_ index: Int) {
    containers[index].isRunning = true
    containers[index].isRemoved = false
    containers[index].life += 1
    if containers[index].hasWrapper {
      containers[index].registersAt = tick + (isHasty ? 0 : SimulatedHost.start)
    }
    if !containers[index].isForeign { publish { _ in .started("\(index)") } }
  }

  private mutating func die(_ index: Int) {
    containers[index].isRunning = false
    containers[index].registersAt = nil
    containers[index].diedAt = tick
    if !containers[index].isForeign { publish { .died("\(index)", age: .milliseconds($0 * 10)) } }
  }

  /// - Parameter event: from its delay in ticks.
  private mutating func publish(_ event: (Int) -> WatcherEvent) {
    guard isStreaming, random.next() % 50 > 0 else { return }
    let due = max(tick + delay(20), events.last?.due ?? 0)
    events.append((due, event(due - tick)))
  }

  /// Below `ticks`; zero half of the time.
  private mutating func delay(_ ticks: Int) -> Int {
    random.next() % 2 == 0 ? 0 : Int(random.next() % UInt64(ticks))
  }

  private mutating func breakStream() {
    guard isStreaming else { return }
    (isStreaming, events) = (false, [])
    deliver(.streamLost("gone"))
  }
}

// MARK: The watcher's effects
extension SimulatedHost {
  private mutating func deliver(_ event: WatcherEvent) {
    for effect in machine.handle(event, at: now) { perform(effect) }
  }

  private mutating func perform(_ effect: WatcherEffect) {
    switch effect {
    case .subscribe:
      isStreaming = true
      deliver(.subscribed)
    case .unsubscribe:
      (isStreaming, events) = (false, [])
      answers.removeAll { !$0.isAgents }
    case .cancelEngineRequest: answers.removeAll { !$0.isAgents }
    case .cancelAgentRequest: answers.removeAll { $0.isAgents }
    case .sendToEngine(.identify): answer([.identified(engine: "engine")], isAgents: false)
    case .sendToEngine(.list):
      let ours = containers.indices.filter { containers[$0].isRunning && !containers[$0].isForeign }
      let listed = ours.map { WatcherEvent.listed("\($0)") }
      answer(listed + [.listEnded], isAgents: false)
    case .sendToEngine(.inspect(let id)): answer([inspect(Int(id)!)], isAgents: false)
    case .sendToAgent(let request): send(request)
    case .log, .exit: break
    }
  }

  private mutating func answer(_ events: [WatcherEvent], isAgents: Bool = true) {
    answers.append((tick + 1 + delay(SimulatedHost.longestAnswer), isAgents, events))
  }

  private func inspect(_ index: Int) -> WatcherEvent {
    let container = containers[index]
    if container.isForeign { return .inspected(.unknown) }
    if container.isRunning { return .inspected(.running(wanted(index).map { [$0] } ?? [])) }
    if isHasty { return .engineRequestFailed("busy") }
    return .inspected(container.isRemoved ? .unknown : .stopped())
  }

  private func wanted(_ index: Int) -> Registration? {
    containers[index].hasWrapper ? nil : Registration(id: "\(index)", name: "web", port: index + 1)
  }

  private mutating func send(_ request: AgentRequest) {
    if random.next() % 40 == 0, !isCalm { return answer([.agentRequestFailed("closed")]) }
    switch request {
    case .listServices:
      let found = entries.map { index, held in
        WatcherEvent.entry(AgentEntry(id: "\(index)", container: "\(index)", registration: held.registration))
      }
      answer(found + [.answered(.done)])
    case .listCriticalChecks:
      let critical = entries.keys.filter {
        let container = containers[$0]
        return container.hasWrapper && !container.isRunning && tick - container.diedAt > SimulatedHost.ttl
      }
      answer(critical.map { WatcherEvent.critical("\($0)") } + [.answered(.done)])
    case .verify(let entry):
      let index = Int(entry.id)!
      guard let held = entries[index] else { return answer([.answered(.unknown)]) }
      let found = AgentEntry(id: entry.id, container: entry.id, registration: held.registration)
      answer([.entry(found), .answered(.done)])
    case .register(let registration):
      let index = Int(registration.id)!
      entries[index] = Held(life: containers[index].life, registration: registration)
      answer([.answered(.done)])
    case .deregister(let entry):
      let index = Int(entry.id)!
      if let held = entries[index], containers[index].isRunning, held.life == containers[index].life {
        faults.append("tick \(tick): removed what container \(index) registered in its present run")
      }
      removed += entries[index] == nil ? 0 : 1
      entries[index] = nil
      answer([.answered(.done)])
    }
  }

  /// Differences between the running and the registered containers.
  func remains() -> [String] {
    containers.indices.compactMap { index in
      let (isThere, isRunning) = (entries[index] != nil, containers[index].isRunning)
      if isThere && !isRunning { return "container \(index) is dead and registered" }
      return isRunning && !isThere && wanted(index) != nil
        ? "container \(index) runs and isn't registered" : nil
    }
  }
}

/// Random numbers that only depend on the seed.
struct Xorshift: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}
