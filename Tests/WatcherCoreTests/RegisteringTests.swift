import Testing

@testable import WatcherCore

@Suite("What has no wrapper is registered, and stays it")
struct RegisteringTests {
  let own = Entry(id: redis.id, container: "a", registration: redis)

  /// With one container, whose registration is known.
  static func registered(_ plan: WatchPlan = WatchPlan()) -> Scene {
    var scene = Scene.watching(["a"], plan)
    scene.tell(.answered(.done), .inspected(.running([redis])), .answered(.done), .answered(.done))
    return scene
  }

  @Test func whatRunsAtTheStartIsRegistered() {
    var scene = Scene(WatchPlan())
    scene.tell(.elapsed, .subscribed, .listed("a"))
    #expect(scene.tell(.listEnded) == [.send(.look), .ask(.inspect("a"))])
    #expect(scene.tell(.answered(.done)) == [])
    #expect(scene.tell(.inspected(.running([redis]))) == [.send(.look)])
    #expect(scene.tell(.answered(.done)) == [.send(.register(redis))])
    #expect(scene.tell(.answered(.done)) == [])
    #expect(scene.takeNotices().last == .registered(redis))
  }

  @Test("what the engine couldn't tell of is asked for again soon, and ever more seldom")
  func untoldAtFirst() {
    var scene = Scene.settled([], WatchPlan())
    scene.tell(.started("a"), .inspected(.untold("403: no")))
    for most in [3, 3, 6, 12, 24, 48, 60, 60] {
      #expect(scene.waitsForList() <= .seconds(most))
      #expect(scene.tell(.listed("a"), .listEnded).contains(.ask(.inspect("a"))))
      scene.tell(.answered(.done), .inspected(.untold("403: no")))
    }
    #expect(scene.waitsForList() == .seconds(60))
    scene.tell(.listed("a"), .listEnded, .answered(.done), .inspected(.running([redis])))
    #expect(scene.tell(.answered(.done)) == [.send(.register(redis))])
  }

  @Test(
    "of two that run under one ID the first is registered, until it is dead, and they don't overwrite each other"
  )
  func sharedID() {
    let other = Registration(id: redis.id, name: "redis", port: 7000)
    var scene = RegisteringTests.registered()
    #expect(scene.tell(.started("b")) == [.ask(.inspect("b"))])
    #expect(scene.tell(.inspected(.running([other]))) == [.send(.look)])
    #expect(scene.takeNotices().last == .idShared(redis.id))
    #expect(scene.tell(.entry(own), .answered(.done)) == [])

    scene.now += .seconds(1)
    scene.tell(.died("a", age: .zero), .entry(own), .answered(.done), .entry(own), .answered(.done))
    #expect(scene.tell(.answered(.done)) == [.send(.register(other))])
  }

  @Test("of two ports of one container under one ID one is registered, once")
  func sharedWithin() {
    let other = Registration(id: redis.id, name: "redis", port: 7000)
    var scene = Scene.watching(["a"], WatchPlan())
    scene.tell(.answered(.done), .inspected(.running([redis, other])))
    #expect(scene.tell(.answered(.done)) == [.send(.register(redis))])
    #expect(scene.tell(.answered(.done)) == [])
    #expect(scene.takeNotices().contains(.idShared(redis.id)))
  }

  @Test func whatStartsIsRegisteredAndWhatDiesIsTakenOut() {
    var scene = Scene.settled([], WatchPlan())
    #expect(scene.tell(.started("a")) == [.ask(.inspect("a"))])
    #expect(scene.tell(.inspected(.running([redis]))) == [.send(.look)])
    #expect(scene.tell(.answered(.done)) == [.send(.register(redis))])
    #expect(scene.tell(.answered(.done)) == [])
    scene.now += .seconds(1)
    let death = WatchEvent.died("a", age: .milliseconds(500))
    #expect(scene.tell(death, .entry(own), .answered(.done)) == [.send(.look), .send(.verify(own))])
    #expect(scene.tell(.entry(own), .answered(.done)) == [.send(.deregister(own))])
  }

  @Test(
    "that is the dead one's, however late its death is told, unless another life of it may have been meant")
  func ownIsSurelyDead() {
    let late = Duration.milliseconds(500)
    for (known, isSure) in [(late * 2, true), (late, false), (.zero, false)] {
      var scene = RegisteringTests.registered()
      scene.now += known
      scene.tell(.died("a", age: late), .entry(own))
      #expect(scene.tell(.answered(.done)) == [isSure ? .send(.verify(own)) : .ask(.inspect("a"))])
    }
  }

  @Test("nor where its death is long ago, or its start was heard of, or wouldn't have been")
  func ownIsNotSurelyDead() {
    func scene(_ events: WatchEvent..., after: Duration = .zero) -> [WatchEffect] {
      var scene = RegisteringTests.registered()
      scene.now += .seconds(1)
      scene.tell(.died("a", age: .milliseconds(500)), .entry(own))
      for event in events { scene.tell(event) }
      scene.now += after
      return scene.tell(.answered(.done))
    }
    #expect(scene() == [.send(.verify(own))])
    #expect(!scene(after: WatchPlan.remembered).contains(.send(.verify(own))))
    #expect(!scene(.started("a")).contains(.send(.verify(own))))
    #expect(scene(.streamLost("gone")) == [.ask(.inspect("a"))])
  }

  @Test("nor where it was registered again after its death, which wasn't told yet: the next life may run")
  func ownIsRegisteredMeanwhile() {
    var scene = RegisteringTests.registered()
    while scene.wait() != [.send(.look)] {}
    #expect(scene.tell(.answered(.done)) == [.send(.register(redis))])
    scene.tell(.answered(.done), .died("a", age: .milliseconds(500)), .entry(own))
    #expect(scene.tell(.answered(.done)) == [.ask(.inspect("a"))])
  }

  @Test("nor in another stream, which tells nothing of what was before")
  func ownInAnotherStream() {
    var scene = RegisteringTests.registered()
    scene.now += .seconds(1)
    scene.tell(.died("a", age: .milliseconds(500)), .streamLost("gone"), .requestLost("closed"))
    while scene.wait() != [.subscribe] {}
    #expect(scene.tell(.subscribed) == [.ask(.list)])
    #expect(scene.tell(.listEnded) == [.send(.look)])
    #expect(scene.tell(.entry(own), .answered(.done)) == [.ask(.inspect("a"))])
  }

  @Test("what an earlier watcher registered is registered again once: its checks, say, can't be compared")
  func onceAfterTheStart() {
    var scene = Scene.watching(["a"], WatchPlan())
    scene.tell(.answered(.done), .inspected(.running([redis])))
    #expect(scene.tell(.entry(own), .answered(.done)) == [.send(.register(redis))])
    scene.tell(.answered(.done))
    while scene.wait() != [.send(.look)] {}
    #expect(scene.tell(.entry(own), .answered(.done)) == [])
  }

  @Test func anotherEnginesRegistrationsArentOurs() {
    var scene = Scene.watching([], WatchPlan(withdraws: true))
    scene.tell(
      .entry(Entry(id: "x", container: "b", registration: redis, engine: .other)), .answered(.done))
    scene.tell(.inspected(.unknown))
    #expect(scene.tell(.stop) == [.exit])
  }

  @Test("what is being registered when we are to end is taken out too")
  func stoppedWhileRegistering() {
    var scene = Scene.watching(["a"], WatchPlan(withdraws: true))
    scene.tell(.answered(.done), .inspected(.running([redis])), .answered(.done))
    let entry = Entry(id: redis.id, container: "", registration: redis)
    #expect(scene.tell(.stop) == [.dropRequest, .send(.deregister(entry))])
  }

  @Test("who only cleans up leaves an earlier watcher's registration of what runs")
  func cleaningUpOnlyLeavesWhatRuns() {
    var scene = Scene.watching()
    scene.tell(.entry(own), .answered(.done), .inspected(.running([redis])))
    for _ in 0..<2 {
      let done = scene.tell(.entry(own), .answered(.done))
      #expect(done.allSatisfy { $0 == .send(.look) })
      scene.wait()
      scene.tell(.listed("a"), .listEnded)
    }
  }

  @Test("it is there with another port: the container was made anew")
  func changed() {
    var scene = Scene.watching(["a"], WatchPlan())
    scene.tell(.answered(.done), .inspected(.running([redis])))
    var old = redis
    old.port = 6380
    let entry = Entry(id: redis.id, container: "a", registration: old)
    #expect(scene.tell(.entry(entry), .answered(.done)) == [.send(.register(redis))])
  }

  @Test("our host has another name than before: no duplicate stays")
  func hostnameChanged() {
    var scene = Scene.watching(["a"], WatchPlan())
    scene.tell(.answered(.done), .inspected(.running([redis])))
    let old = Registration(id: "old:redis:6379", name: "redis", port: 6379)
    let entry = Entry(id: old.id, container: "a", registration: old)
    #expect(scene.tell(.entry(entry), .answered(.done)) == [.send(.verify(entry))])
    #expect(scene.tell(.entry(entry), .answered(.done)) == [.send(.deregister(entry))])
    #expect(scene.tell(.answered(.done)) == [.send(.register(redis))])
  }

  @Test("an agent that lost its state has it again within five seconds")
  func agentForgot() {
    var scene = RegisteringTests.registered()
    let before = scene.now
    while scene.wait() != [.send(.look)] {}
    #expect(scene.now - before <= .seconds(5))
    #expect(scene.tell(.answered(.done)) == [.send(.register(redis))])
  }

  @Test func aRefusalIsToldOnceAndDoesntHoldUpTheOthers() {
    var scene = Scene.watching(["a"], WatchPlan())
    let web = Registration(id: "host:web:80", name: "web", port: 80)
    scene.tell(.answered(.done), .inspected(.running([redis, web])))
    #expect(scene.tell(.answered(.done)) == [.send(.register(redis))])
    #expect(scene.tell(.answered(.refused("400: no"))) == [.send(.register(web))])
    #expect(scene.tell(.answered(.done)) == [])
    #expect(scene.takeNotices().contains(.refused(id: redis.id, "400: no")))
  }

  @Test func cleaningUpOnlyRegistersNothing() {
    var scene = Scene.watching(["a"])
    #expect(scene.tell(.answered(.done)) == [])
    #expect(scene.tell(.started("b")) == [])
  }

  @Test func whatAWrapperRegistersStaysItsOwn() {
    var scene = Scene.watching(["a"], WatchPlan())
    scene.tell(.answered(.done), .inspected(.running([])))
    #expect(scene.tell(.entry(Entry(id: "redis-a", container: "a")), .answered(.done)) == [])
  }

  @Test func takenOutAtTheEndIfThatIsWanted() {
    var scene = RegisteringTests.registered(WatchPlan(withdraws: true))
    #expect(scene.watch.own == [redis])
    let asked = scene.tell(.stop)
    #expect(asked == [.send(.deregister(Entry(id: redis.id, container: "", registration: redis)))])
    #expect(scene.tell(.answered(.done)) == [.exit])
  }

  @Test func anAgentThatHangsHoldsUpTheEndForThreeSeconds() {
    var scene = RegisteringTests.registered(WatchPlan(withdraws: true))
    scene.tell(.stop)
    let before = scene.now
    #expect(scene.wait() == [.exit])
    #expect(scene.now - before == .seconds(3))
  }

  @Test func anAgentThatIsGoneDoesntHoldUpTheEnd() {
    var scene = RegisteringTests.registered(WatchPlan(withdraws: true))
    scene.tell(.stop)
    #expect(scene.tell(.requestLost("Connection refused")) == [.dropRequest, .exit])
  }
}
