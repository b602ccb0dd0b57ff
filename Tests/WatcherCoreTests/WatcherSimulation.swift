@testable import WatcherCore

/// A watcher in the middle of its life: told what happens, it says what it does, the log left out.
struct WatcherSimulation {
  var machine: WatcherMachine
  var now: Duration = .seconds(100)
  private(set) var notices: [WatcherNotice] = []

  init(_ policy: WatcherPolicy = WatcherPolicy()) { machine = WatcherMachine(policy) }

  @discardableResult
  mutating func on(_ events: WatcherEvent...) -> [WatcherEffect] {
    var done: [WatcherEffect] = []
    for event in events {
      for effect in machine.handle(event, at: now) {
        if case .log(let notice) = effect { notices.append(notice) } else { done.append(effect) }
      }
    }
    return done
  }

  /// Lets time pass until something is due, and says what is done then.
  @discardableResult
  mutating func wait() -> [WatcherEffect] {
    guard let left = machine.timeLeft(at: now) else { return [] }
    now += left
    return on(.elapsed)
  }

  /// Lets time pass until what runs is asked for; looks find nothing. How long that took.
  @discardableResult
  mutating func waitsForList() -> Duration {
    let before = now
    while true {
      let done = wait()
      if done.contains(.sendToEngine(.list)) { return now - before }
      if done.contains(.sendToAgent(.listServices)) { on(.answered(.done)) }
    }
  }

  /// The engine says that it is dead, and the agent that the entry is still its own.
  @discardableResult
  mutating func confirm(_ entry: AgentEntry, _ answer: InspectResult) -> [WatcherEffect] {
    on(.inspected(answer), .entry(entry))
    return on(.answered(.done))
  }

  /// Subscribed, with these containers running; the first comparison is asked for.
  static func watching(_ containers: [String] = [], _ policy: WatcherPolicy = WatcherPolicy(registers: false))
    -> WatcherSimulation
  {
    var simulation = WatcherSimulation(policy)
    simulation.on(.elapsed, .subscribed, .identified(engine: "engine"))
    for id in containers { simulation.on(.listed(id)) }
    simulation.on(.listEnded)
    // The second list is a matter of its own.
    simulation.machine.nextList = simulation.now + WatcherPolicy.listInterval
    return simulation
  }

  /// The same, with nothing in Consul.
  static func settled(_ containers: [String] = [], _ policy: WatcherPolicy = WatcherPolicy(registers: false))
    -> WatcherSimulation
  {
    var simulation = watching(containers, policy)
    simulation.on(.answered(.done))
    return simulation
  }

  mutating func takeNotices() -> [WatcherNotice] {
    defer { notices = [] }
    return notices
  }
}

let redis = Registration(id: "host:redis:6379", name: "redis", port: 6379)
