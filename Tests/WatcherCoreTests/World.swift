@testable import WatcherCore

/// An engine, an agent and containers with wrappers, some with none, that live and die at random, seen through delays: events
/// come late but in order, an answer tells of some moment between question and delivery. Docker's, where it is told so: who dies
/// runs again 100 ms later at the soonest, and may register at once; deaths say when they were. The last container is another
/// engine's: ours says nothing of it.
struct World {
  private struct Container {
    var isRunning = false
    var isRemoved = false
    /// Counts its lives.
    var life = 0
    var hasWrapper: Bool
    /// When its wrapper registers.
    var registersAt: Int?
    var diedAt = -World.restart
    var isForeign = false
  }
  private struct Held {
    var life: Int
    var registration: Registration?
  }

  private(set) var watch = Watch(WatchPlan())
  private(set) var faults: [String] = []
  private(set) var removed = 0
  private var random: Xorshift
  private var tick = 0
  private var containers: [Container]
  private var entries: [Int: Held] = [:]
  private var events: [(due: Int, event: WatchEvent)] = []
  private var answers: [(due: Int, isAgents: Bool, events: [WatchEvent])] = []
  private var isStreaming = false
  private var isCalm = false
  /// The engine tells of no container that is dead: what is taken out is so for the sake of deaths that were heard.
  private let isHasty: Bool

  /// A container that starts isn't ready sooner: an answer and the request that follows are faster.
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
    tell(.elapsed)
  }

  private var now: Duration { .milliseconds(tick * 10) }

  mutating func run(_ ticks: Int) { for _ in 0..<ticks { step() } }

  /// Nothing happens any more, and time passes: two minutes.
  mutating func calmDown() {
    isCalm = true
    run(12_000)
  }

  private mutating func step() {
    tick += 1
    if !isCalm { happen() }
    for place in containers.indices where containers[place].registersAt.map({ $0 <= tick }) ?? false {
      entries[place] = Held(life: containers[place].life)
      containers[place].registersAt = nil
    }
    while let first = events.first, first.due <= tick { tell(events.removeFirst().event) }
    while let place = answers.firstIndex(where: { $0.due <= tick }) {
      for event in answers.remove(at: place).events { tell(event) }
    }
    if let left = watch.timeLeft(at: now), left <= .zero { tell(.elapsed) }
  }

  private mutating func happen() {
    let place = Int(random.next() % UInt64(containers.count))
    switch random.next() % 60 {
    case 0...2 where !containers[place].isRunning && tick >= containers[place].diedAt + World.restart:
      start(place)
    case 3...5 where containers[place].isRunning: die(place)
    case 6 where !containers[place].isRunning: containers[place].isRemoved = true
    case 7: breakStream()
    case 8: entries = entries.filter { _ in random.next() % 4 > 0 }
    default: break
    }
  }

  private mutating func start(_ place: Int) {
    containers[place].isRunning = true
    containers[place].isRemoved = false
    containers[place].life += 1
    if containers[place].hasWrapper { containers[place].registersAt = tick + (isHasty ? 0 : World.start) }
    if !containers[place].isForeign { publish { _ in .started("\(place)") } }
  }

  private mutating func die(_ place: Int) {
    containers[place].isRunning = false
    containers[place].registersAt = nil
    containers[place].diedAt = tick
    if !containers[place].isForeign { publish { .died("\(place)", age: .milliseconds($0 * 10)) } }
  }

  /// - Parameter event: what is told so late, in ticks.
  private mutating func publish(_ event: (Int) -> WatchEvent) {
    guard isStreaming, random.next() % 50 > 0 else { return }
    let due = max(tick + delay(20), events.last?.due ?? 0)
    events.append((due, event(due - tick)))
  }

  /// Fewer than that, and none half of the time.
  private mutating func delay(_ ticks: Int) -> Int {
    random.next() % 2 == 0 ? 0 : Int(random.next() % UInt64(ticks))
  }

  private mutating func breakStream() {
    guard isStreaming else { return }
    (isStreaming, events) = (false, [])
    tell(.streamLost("gone"))
  }
}

// MARK: What the watcher does
extension World {
  private mutating func tell(_ event: WatchEvent) {
    for effect in watch.handle(event, at: now) { perform(effect) }
  }

  private mutating func perform(_ effect: WatchEffect) {
    switch effect {
    case .subscribe:
      isStreaming = true
      tell(.subscribed)
    case .unsubscribe: (isStreaming, events) = (false, [])
    case .dropQuery: answers.removeAll { !$0.isAgents }
    case .dropRequest: answers.removeAll { $0.isAgents }
    case .ask(.list):
      let ours = containers.indices.filter { containers[$0].isRunning && !containers[$0].isForeign }
      let listed = ours.map { WatchEvent.listed("\($0)") }
      answer(listed + [.listEnded], isAgents: false)
    case .ask(.inspect(let id)): answer([.inspected(inspect(Int(id)!))], isAgents: false)
    case .send(let request): send(request)
    case .log, .exit: break
    }
  }

  private mutating func answer(_ events: [WatchEvent], isAgents: Bool = true) {
    answers.append((tick + 1 + delay(World.longestAnswer), isAgents, events))
  }

  private func inspect(_ place: Int) -> Inspected {
    let container = containers[place]
    if container.isForeign { return .unknown }
    if container.isRunning { return .running(wanted(place).map { [$0] } ?? []) }
    if isHasty { return .untold("busy") }
    return container.isRemoved ? .unknown : .stopped
  }

  private func wanted(_ place: Int) -> Registration? {
    containers[place].hasWrapper ? nil : Registration(id: "\(place)", name: "web", port: place + 1)
  }

  private mutating func send(_ request: AgentRequest) {
    if random.next() % 40 == 0, !isCalm { return answer([.requestLost("closed")]) }
    switch request {
    case .look:
      let found = entries.map { place, held in
        WatchEvent.entry(Entry(id: "\(place)", container: "\(place)", registration: held.registration))
      }
      answer(found + [.answered(.done)])
    case .listCritical:
      let critical = entries.keys.filter {
        let container = containers[$0]
        return container.hasWrapper && !container.isRunning && tick - container.diedAt > World.ttl
      }
      answer(critical.map { WatchEvent.critical("\($0)") } + [.answered(.done)])
    case .verify(let entry):
      let place = Int(entry.id)!
      guard let held = entries[place] else { return answer([.answered(.unknown)]) }
      let found = Entry(id: entry.id, container: entry.id, registration: held.registration)
      answer([.entry(found), .answered(.done)])
    case .register(let registration):
      let place = Int(registration.id)!
      entries[place] = Held(life: containers[place].life, registration: registration)
      answer([.answered(.done)])
    case .deregister(let entry):
      let place = Int(entry.id)!
      if let held = entries[place], containers[place].isRunning, held.life == containers[place].life {
        faults.append("tick \(tick): took out what container \(place) had registered in its present life")
      }
      removed += entries[place] == nil ? 0 : 1
      entries[place] = nil
      answer([.answered(.done)])
    }
  }

  /// What is wrong once all is calm.
  func remains() -> [String] {
    containers.indices.compactMap { place in
      let (isThere, isRunning) = (entries[place] != nil, containers[place].isRunning)
      if isThere && !isRunning { return "container \(place) is dead and registered" }
      return isRunning && !isThere && wanted(place) != nil
        ? "container \(place) runs and isn't registered" : nil
    }
  }
}

/// The same numbers each time.
struct Xorshift: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}
