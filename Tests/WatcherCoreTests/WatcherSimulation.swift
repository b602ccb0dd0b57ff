@testable import WatcherCore

/// A watcher and its clock: events go in, effects come out; notices are kept apart.
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

  /// Lets time pass until the next deadline, and returns its effects.
  @discardableResult
  mutating func wait() -> [WatcherEffect] {
    guard let left = machine.timeLeft(at: now) else { return [] }
    now += left
    return on(.elapsed)
  }

  /// Lets time pass until running containers are listed; the agent has no entries. Returns how long that took.
  @discardableResult
  mutating func waitsForList() -> Duration {
    let before = now
    while true {
      let done = wait()
      if done.contains(.sendToEngine(.list)) { return now - before }
      if done.contains(.sendToAgent(.listServices)) { on(.answered(.done)) }
    }
  }

  /// The engine reports the container dead, and the agent that the entry is still this container's.
  @discardableResult
  mutating func confirm(_ entry: AgentEntry, _ answer: InspectResult) -> [WatcherEffect] {
    on(.inspected(answer), .entry(entry))
    return on(.answered(.done))
  }

  /// Subscribed, with these containers running; the agent's list is requested.
  static func watching(_ containers: [String] = [], _ policy: WatcherPolicy = WatcherPolicy(registers: false))
    -> WatcherSimulation
  {
    var simulation = WatcherSimulation(policy)
    simulation.on(.elapsed, .subscribed, .identified(engine: "engine"))
    for id in containers { simulation.on(.listed(id)) }
    simulation.on(.listEnded)
    // Tests of the second list set their own time.
    simulation.machine.nextList = simulation.now + WatcherPolicy.listInterval
    return simulation
  }

  /// The same, and the agent has answered that it has no entries.
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
