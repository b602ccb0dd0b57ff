import Testing

@testable import WatcherCore

@Suite("Containers without a wrapper are registered and kept registered")
struct RegisteringTests {
  let own = AgentEntry(id: redis.id, container: "a", registration: redis)

  /// With one container, whose registration is known.
  static func registered(_ policy: WatcherPolicy = WatcherPolicy()) -> WatcherSimulation {
    var simulation = WatcherSimulation.watching(["a"], policy)
    simulation.on(.answered(.done), .inspected(.running([redis])), .answered(.done), .answered(.done))
    return simulation
  }

  @Test func whatRunsAtTheStartIsRegistered() {
    var simulation = WatcherSimulation(WatcherPolicy())
    simulation.on(.elapsed, .subscribed, .identified(engine: "engine"), .listed("a"))
    #expect(simulation.on(.listEnded) == [.sendToAgent(.listServices), .sendToEngine(.inspect("a"))])
    #expect(simulation.on(.answered(.done)) == [])
    #expect(simulation.on(.inspected(.running([redis]))) == [.sendToAgent(.listServices)])
    #expect(simulation.on(.answered(.done)) == [.sendToAgent(.register(redis))])
    #expect(simulation.on(.answered(.done)) == [])
    #expect(simulation.takeNotices().last == .registered(redis))
  }

  @Test("what the engine couldn't tell of is asked for again soon, and ever more seldom")
  func untoldAtFirst() {
    var simulation = WatcherSimulation.settled([], WatcherPolicy())
    simulation.on(.started("a"), .engineRequestFailed("403: no"))
    for most in [3, 3, 6, 12, 24, 48, 60, 60] {
      #expect(simulation.waitsForList() <= .seconds(most))
      #expect(simulation.on(.listed("a"), .listEnded).contains(.sendToEngine(.inspect("a"))))
      simulation.on(.answered(.done), .engineRequestFailed("403: no"))
    }
    #expect(simulation.waitsForList() == .seconds(60))
    simulation.on(.listed("a"), .listEnded, .answered(.done), .inspected(.running([redis])))
    #expect(simulation.on(.answered(.done)) == [.sendToAgent(.register(redis))])
  }

  @Test(
    "of two that run under one ID the first is registered, until it is dead, and they don't overwrite each other"
  )
  func sharedID() {
    let other = Registration(id: redis.id, name: "redis", port: 7000)
    var simulation = RegisteringTests.registered()
    #expect(simulation.on(.started("b")) == [.sendToEngine(.inspect("b"))])
    #expect(simulation.on(.inspected(.running([other]))) == [.sendToAgent(.listServices)])
    #expect(simulation.takeNotices().last == .idShared(redis.id))
    #expect(simulation.on(.entry(own), .answered(.done)) == [])

    simulation.now += .seconds(1)
    simulation.on(.died("a", age: .zero), .entry(own), .answered(.done), .entry(own), .answered(.done))
    #expect(simulation.on(.answered(.done)) == [.sendToAgent(.register(other))])
  }

  @Test("of two ports of one container under one ID one is registered, once")
  func sharedWithin() {
    let other = Registration(id: redis.id, name: "redis", port: 7000)
    var simulation = WatcherSimulation.watching(["a"], WatcherPolicy())
    simulation.on(.answered(.done), .inspected(.running([redis, other])))
    #expect(simulation.on(.answered(.done)) == [.sendToAgent(.register(redis))])
    #expect(simulation.on(.answered(.done)) == [])
    #expect(simulation.takeNotices().contains(.idShared(redis.id)))
  }

  @Test func whatStartsIsRegisteredAndWhatDiesIsTakenOut() {
    var simulation = WatcherSimulation.settled([], WatcherPolicy())
    #expect(simulation.on(.started("a")) == [.sendToEngine(.inspect("a"))])
    #expect(simulation.on(.inspected(.running([redis]))) == [.sendToAgent(.listServices)])
    #expect(simulation.on(.answered(.done)) == [.sendToAgent(.register(redis))])
    #expect(simulation.on(.answered(.done)) == [])
    simulation.now += .seconds(1)
    let death = WatcherEvent.died("a", age: .milliseconds(500))
    #expect(
      simulation.on(death, .entry(own), .answered(.done)) == [
        .sendToAgent(.listServices), .sendToAgent(.verify(own)),
      ])
    #expect(simulation.on(.entry(own), .answered(.done)) == [.sendToAgent(.deregister(own))])
  }

  @Test(
    "that is the dead one's, however late its death is told, unless another life of it may have been meant")
  func ownIsSurelyDead() {
    let late = Duration.milliseconds(500)
    for (known, isSure) in [(late * 2, true), (late, false), (.zero, false)] {
      var simulation = RegisteringTests.registered()
      simulation.now += known
      simulation.on(.died("a", age: late), .entry(own))
      #expect(
        simulation.on(.answered(.done)) == [
          isSure ? .sendToAgent(.verify(own)) : .sendToEngine(.inspect("a"))
        ])
    }
  }

  @Test("nor where its death is long ago, or its start was heard of, or wouldn't have been")
  func ownIsNotSurelyDead() {
    func simulation(_ events: WatcherEvent..., after: Duration = .zero) -> [WatcherEffect] {
      var simulation = RegisteringTests.registered()
      simulation.now += .seconds(1)
      simulation.on(.died("a", age: .milliseconds(500)), .entry(own))
      for event in events { simulation.on(event) }
      simulation.now += after
      return simulation.on(.answered(.done))
    }
    #expect(simulation() == [.sendToAgent(.verify(own))])
    #expect(!simulation(after: WatcherPolicy.deathRemembered).contains(.sendToAgent(.verify(own))))
    #expect(!simulation(.started("a")).contains(.sendToAgent(.verify(own))))
    #expect(simulation(.streamLost("gone")) == [.sendToEngine(.inspect("a"))])
  }

  @Test("nor where it was registered again after its death, which wasn't told yet: the next life may run")
  func ownIsRegisteredMeanwhile() {
    var simulation = RegisteringTests.registered()
    while simulation.wait() != [.sendToAgent(.listServices)] {}
    #expect(simulation.on(.answered(.done)) == [.sendToAgent(.register(redis))])
    simulation.on(.answered(.done), .died("a", age: .milliseconds(500)), .entry(own))
    #expect(simulation.on(.answered(.done)) == [.sendToEngine(.inspect("a"))])
  }

  @Test("nor in another stream, which tells nothing of what was before")
  func ownInAnotherStream() {
    var simulation = RegisteringTests.registered()
    simulation.now += .seconds(1)
    simulation.on(.died("a", age: .milliseconds(500)), .streamLost("gone"), .agentRequestFailed("closed"))
    while simulation.wait() != [.subscribe] {}
    #expect(
      simulation.on(.subscribed, .identified(engine: "engine")) == [
        .sendToEngine(.identify), .sendToEngine(.list),
      ])
    #expect(simulation.on(.listEnded) == [.sendToAgent(.listServices)])
    #expect(simulation.on(.entry(own), .answered(.done)) == [.sendToEngine(.inspect("a"))])
  }

  @Test("what an earlier watcher registered is registered again once: its checks, say, can't be compared")
  func onceAfterTheStart() {
    var simulation = WatcherSimulation.watching(["a"], WatcherPolicy())
    simulation.on(.answered(.done), .inspected(.running([redis])))
    #expect(simulation.on(.entry(own), .answered(.done)) == [.sendToAgent(.register(redis))])
    simulation.on(.answered(.done))
    while simulation.wait() != [.sendToAgent(.listServices)] {}
    #expect(simulation.on(.entry(own), .answered(.done)) == [])
  }

  @Test func anotherEnginesRegistrationsArentOurs() {
    var simulation = WatcherSimulation.watching([], WatcherPolicy(deregistersOnExit: true))
    simulation.on(
      .entry(AgentEntry(id: "x", container: "b", registration: redis, engine: .other)), .answered(.done))
    simulation.on(.inspected(.unknown))
    #expect(simulation.on(.stop) == [.exit])
  }

  @Test("what is being registered when we are to end is taken out too")
  func stoppedWhileRegistering() {
    var simulation = WatcherSimulation.watching(["a"], WatcherPolicy(deregistersOnExit: true))
    simulation.on(.answered(.done), .inspected(.running([redis])), .answered(.done))
    let entry = AgentEntry(id: redis.id, container: "", registration: redis)
    #expect(simulation.on(.stop) == [.cancelAgentRequest, .sendToAgent(.deregister(entry))])
  }

  @Test("who only cleans up leaves an earlier watcher's registration of what runs")
  func cleaningUpOnlyLeavesWhatRuns() {
    var simulation = WatcherSimulation.watching()
    simulation.on(.entry(own), .answered(.done), .inspected(.running([redis])))
    for _ in 0..<2 {
      let done = simulation.on(.entry(own), .answered(.done))
      #expect(done.allSatisfy { $0 == .sendToAgent(.listServices) })
      simulation.wait()
      simulation.on(.listed("a"), .listEnded)
    }
  }

  @Test("it is there with another port: the container was made anew")
  func changed() {
    var simulation = WatcherSimulation.watching(["a"], WatcherPolicy())
    simulation.on(.answered(.done), .inspected(.running([redis])))
    var old = redis
    old.port = 6380
    let entry = AgentEntry(id: redis.id, container: "a", registration: old)
    #expect(simulation.on(.entry(entry), .answered(.done)) == [.sendToAgent(.register(redis))])
  }

  @Test("our host has another name than before: no duplicate stays")
  func hostnameChanged() {
    var simulation = WatcherSimulation.watching(["a"], WatcherPolicy())
    simulation.on(.answered(.done), .inspected(.running([redis])))
    let old = Registration(id: "old:redis:6379", name: "redis", port: 6379)
    let entry = AgentEntry(id: old.id, container: "a", registration: old)
    #expect(simulation.on(.entry(entry), .answered(.done)) == [.sendToAgent(.verify(entry))])
    #expect(simulation.on(.entry(entry), .answered(.done)) == [.sendToAgent(.deregister(entry))])
    #expect(simulation.on(.answered(.done)) == [.sendToAgent(.register(redis))])
  }

  @Test("an agent that lost its state has it again within five seconds")
  func agentForgot() {
    var simulation = RegisteringTests.registered()
    let before = simulation.now
    while simulation.wait() != [.sendToAgent(.listServices)] {}
    #expect(simulation.now - before <= .seconds(5))
    #expect(simulation.on(.answered(.done)) == [.sendToAgent(.register(redis))])
  }

  @Test func aRefusalIsToldOnceAndDoesntHoldUpTheOthers() {
    var simulation = WatcherSimulation.watching(["a"], WatcherPolicy())
    let web = Registration(id: "host:web:80", name: "web", port: 80)
    simulation.on(.answered(.done), .inspected(.running([redis, web])))
    #expect(simulation.on(.answered(.done)) == [.sendToAgent(.register(redis))])
    #expect(simulation.on(.answered(.refused("400: no"))) == [.sendToAgent(.register(web))])
    #expect(simulation.on(.answered(.done)) == [])
    #expect(simulation.takeNotices().contains(.refused(id: redis.id, "400: no")))
  }

  @Test func cleaningUpOnlyRegistersNothing() {
    var simulation = WatcherSimulation.watching(["a"])
    #expect(simulation.on(.answered(.done)) == [])
    #expect(simulation.on(.started("b")) == [])
  }

  @Test func whatAWrapperRegistersStaysItsOwn() {
    var simulation = WatcherSimulation.watching(["a"], WatcherPolicy())
    simulation.on(.answered(.done), .inspected(.running([])))
    #expect(simulation.on(.entry(AgentEntry(id: "redis-a", container: "a")), .answered(.done)) == [])
  }

  @Test func takenOutAtTheEndIfThatIsWanted() {
    var simulation = RegisteringTests.registered(WatcherPolicy(deregistersOnExit: true))
    #expect(simulation.machine.ownRegistrations == [redis.id: redis])
    let asked = simulation.on(.stop)
    #expect(
      asked == [.sendToAgent(.deregister(AgentEntry(id: redis.id, container: "", registration: redis)))])
    #expect(simulation.on(.answered(.done)) == [.exit])
  }

  @Test func anAgentThatHangsHoldsUpTheEndForThreeSeconds() {
    var simulation = RegisteringTests.registered(WatcherPolicy(deregistersOnExit: true))
    simulation.on(.stop)
    let before = simulation.now
    #expect(simulation.wait() == [.exit])
    #expect(simulation.now - before == .seconds(3))
  }

  @Test func anAgentThatIsGoneDoesntHoldUpTheEnd() {
    var simulation = RegisteringTests.registered(WatcherPolicy(deregistersOnExit: true))
    simulation.on(.stop)
    #expect(simulation.on(.agentRequestFailed("Connection refused")) == [.cancelAgentRequest, .exit])
  }
}
