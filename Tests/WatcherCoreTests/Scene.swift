@testable import WatcherCore

/// A watcher in the middle of its life: told what happens, it says what it does, the log left out.
struct Scene {
  var watch: Watch
  var now: Duration = .seconds(100)
  private(set) var notices: [WatchNotice] = []

  init(_ plan: WatchPlan = WatchPlan()) { watch = Watch(plan) }

  @discardableResult
  mutating func tell(_ events: WatchEvent...) -> [WatchEffect] {
    var done: [WatchEffect] = []
    for event in events {
      for effect in watch.handle(event, at: now) {
        if case .log(let notice) = effect { notices.append(notice) } else { done.append(effect) }
      }
    }
    return done
  }

  /// Lets time pass until something is due, and says what is done then.
  @discardableResult
  mutating func wait() -> [WatchEffect] {
    guard let left = watch.timeLeft(at: now) else { return [] }
    now += left
    return tell(.elapsed)
  }

  /// Lets time pass until what runs is asked for; looks find nothing. How long that took.
  @discardableResult
  mutating func waitsForList() -> Duration {
    let before = now
    while true {
      let done = wait()
      if done.contains(.ask(.list)) { return now - before }
      if done.contains(.send(.look)) { tell(.answered(.done)) }
    }
  }

  /// The engine says that it is dead, and the agent that the entry is still its own.
  @discardableResult
  mutating func confirm(_ entry: Entry, _ answer: Inspected) -> [WatchEffect] {
    tell(.inspected(answer), .entry(entry))
    return tell(.answered(.done))
  }

  /// Subscribed, with these containers running; the first comparison is asked for.
  static func watching(_ containers: [String] = [], _ plan: WatchPlan = WatchPlan(registers: false)) -> Scene
  {
    var scene = Scene(plan)
    scene.tell(.elapsed, .subscribed)
    for id in containers { scene.tell(.listed(id)) }
    scene.tell(.listEnded)
    // The second list is a matter of its own.
    scene.watch.nextList = scene.now + WatchPlan.listing
    return scene
  }

  /// The same, with nothing in Consul.
  static func settled(_ containers: [String] = [], _ plan: WatchPlan = WatchPlan(registers: false)) -> Scene {
    var scene = watching(containers, plan)
    scene.tell(.answered(.done))
    return scene
  }

  mutating func takeNotices() -> [WatchNotice] {
    defer { notices = [] }
    return notices
  }
}

let redis = Registration(id: "host:redis:6379", name: "redis", port: 6379)
