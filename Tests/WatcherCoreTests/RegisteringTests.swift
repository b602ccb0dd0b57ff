import Testing

@testable import WatcherCore

@Suite("Containers without a wrapper are registered and kept registered")
struct RegisteringTests {
  let own = AgentEntry(id: redis.id, container: "a", registration: redis)

  /// One container runs, and its service is registered.
  static func registered(_ policy: WatcherPolicy = WatcherPolicy()) -> WatcherSimulation {
    var simulation = WatcherSimulation.watching(["a"], policy)
    simulation.on(.answered(.done), .inspected(.running([redis])), .answered(.done), .answered(.done))
    return simulation
  }

  @Test func containersThatRunAtTheStartAreRegistered() {
    var simulation = WatcherSimulation(WatcherPolicy())
    simulation.on(.elapsed, .subscribed, .identified(engine: "engine"), .listed("a"))
    #expect(simulation.on(.listEnded) == [.sendToAgent(.listServices), .sendToEngine(.inspect("a"))])
    #expect(simulation.on(.answered(.done)) == [])
    #expect(simulation.on(.inspected(.running([redis]))) == [.sendToAgent(.listServices)])
    #expect(simulation.on(.answered(.done)) == [.sendToAgent(.register(redis))])
    #expect(simulation.on(.answered(.done)) == [])
    #expect(simulation.takeNotices().last == .registered(redis))
  }

  @Test("a failed inspect is repeated soon, and then less and less often")
  func inspectFailsAtFirst() {
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
    "of two running containers with one ID the first is registered until it is dead; they don't overwrite each other"
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

  @Test("of two ports of one container with one ID one is registered, once")
  func sharedWithin() {
    let other = Registration(id: redis.id, name: "redis", port: 7000)
    var simulation = WatcherSimulation.watching(["a"], WatcherPolicy())
    simulation.on(.answered(.done), .inspected(.running([redis, other])))
    #expect(simulation.on(.answered(.done)) == [.sendToAgent(.register(redis))])
    #expect(simulation.on(.answered(.done)) == [])
    #expect(simulation.takeNotices().contains(.idShared(redis.id)))
  }

  @Test func aStartRegistersAndADeathDeregisters() {
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
    "our registration is certainly the dead container's however late the die event, unless it was made for a later run"
  )
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

  @Test("not if the death is long ago, or a start was reported, or couldn't have been")
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

  @Test("nor if it was registered again between the death and its event: it may be the next run's")
  func ownIsRegisteredMeanwhile() {
    var simulation = RegisteringTests.registered()
    while simulation.wait() != [.sendToAgent(.listServices)] {}
    #expect(simulation.on(.answered(.done)) == [.sendToAgent(.register(redis))])
    simulation.on(.answered(.done), .died("a", age: .milliseconds(500)), .entry(own))
    #expect(simulation.on(.answered(.done)) == [.sendToEngine(.inspect("a"))])
  }

  @Test("nor with another stream, which doesn't report what happened before")
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

  @Test("what an earlier watcher registered is registered again once: its checks, for one, can't be compared")
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

  @Test("a registration that is under way at a stop signal is removed too")
  func stoppedWhileRegistering() {
    var simulation = WatcherSimulation.watching(["a"], WatcherPolicy(deregistersOnExit: true))
    simulation.on(.answered(.done), .inspected(.running([redis])), .answered(.done))
    let entry = AgentEntry(id: redis.id, container: "", registration: redis)
    #expect(simulation.on(.stop) == [.cancelAgentRequest, .sendToAgent(.deregister(entry))])
  }

  @Test("with --cleanup-only an earlier watcher's registration of a running container stays")
  func cleanupOnlyKeepsRegistrations() {
    var simulation = WatcherSimulation.watching()
    simulation.on(.entry(own), .answered(.done), .inspected(.running([redis])))
    for _ in 0..<2 {
      let done = simulation.on(.entry(own), .answered(.done))
      #expect(done.allSatisfy { $0 == .sendToAgent(.listServices) })
      simulation.wait()
      simulation.on(.listed("a"), .listEnded)
    }
  }

  @Test("an entry with another port is overwritten: the container was created anew")
  func changed() {
    var simulation = WatcherSimulation.watching(["a"], WatcherPolicy())
    simulation.on(.answered(.done), .inspected(.running([redis])))
    var old = redis
    old.port = 6380
    let entry = AgentEntry(id: redis.id, container: "a", registration: old)
    #expect(simulation.on(.entry(entry), .answered(.done)) == [.sendToAgent(.register(redis))])
  }

  @Test("after a change of the host's name no duplicate stays")
  func hostnameChanged() {
    var simulation = WatcherSimulation.watching(["a"], WatcherPolicy())
    simulation.on(.answered(.done), .inspected(.running([redis])))
    let old = Registration(id: "old:redis:6379", name: "redis", port: 6379)
    let entry = AgentEntry(id: old.id, container: "a", registration: old)
    #expect(simulation.on(.entry(entry), .answered(.done)) == [.sendToAgent(.verify(entry))])
    #expect(simulation.on(.entry(entry), .answered(.done)) == [.sendToAgent(.deregister(entry))])
    #expect(simulation.on(.answered(.done)) == [.sendToAgent(.register(redis))])
  }

  @Test("an agent that lost its state has the registration again within five seconds")
  func agentForgot() {
    var simulation = RegisteringTests.registered()
    let before = simulation.now
    while simulation.wait() != [.sendToAgent(.listServices)] {}
    #expect(simulation.now - before <= .seconds(5))
    #expect(simulation.on(.answered(.done)) == [.sendToAgent(.register(redis))])
  }

  @Test func aRefusalIsLoggedOnceAndDelaysNoOther() {
    var simulation = WatcherSimulation.watching(["a"], WatcherPolicy())
    let web = Registration(id: "host:web:80", name: "web", port: 80)
    simulation.on(.answered(.done), .inspected(.running([redis, web])))
    #expect(simulation.on(.answered(.done)) == [.sendToAgent(.register(redis))])
    #expect(simulation.on(.answered(.refused("400: no"))) == [.sendToAgent(.register(web))])
    #expect(simulation.on(.answered(.done)) == [])
    #expect(simulation.takeNotices().contains(.refused(id: redis.id, "400: no")))
  }

  @Test func cleanupOnlyRegistersNothing() {
    var simulation = WatcherSimulation.watching(["a"])
    #expect(simulation.on(.answered(.done)) == [])
    #expect(simulation.on(.started("b")) == [])
  }

  @Test func aWrappersEntryIsLeftAlone() {
    var simulation = WatcherSimulation.watching(["a"], WatcherPolicy())
    simulation.on(.answered(.done), .inspected(.running([])))
    #expect(simulation.on(.entry(AgentEntry(id: "redis-a", container: "a")), .answered(.done)) == [])
  }

  @Test func registrationsAreRemovedAtTheEndIfWanted() {
    var simulation = RegisteringTests.registered(WatcherPolicy(deregistersOnExit: true))
    #expect(simulation.machine.ownRegistrations == [redis.id: redis])
    let asked = simulation.on(.stop)
    #expect(
      asked == [.sendToAgent(.deregister(AgentEntry(id: redis.id, container: "", registration: redis)))])
    #expect(simulation.on(.answered(.done)) == [.exit])
  }

  @Test("at the end, what the agent refuses to deregister stays, and the next one follows at once")
  func refusedAtTheEnd() {
    var simulation = WatcherSimulation.watching(["a"], WatcherPolicy(deregistersOnExit: true))
    let web = Registration(id: "host:web:80", name: "web", port: 80)
    simulation.on(.answered(.done), .inspected(.running([redis, web])))
    simulation.on(.answered(.done), .answered(.done), .answered(.done))
    let entries = [redis, web].map { AgentEntry(id: $0.id, container: "", registration: $0) }
    #expect(simulation.on(.stop) == [.sendToAgent(.deregister(entries[0]))])
    #expect(simulation.on(.answered(.refused("403: no"))) == [.sendToAgent(.deregister(entries[1]))])
    #expect(simulation.on(.answered(.refused("403: no"))) == [.exit])
    #expect(simulation.takeNotices().last == .leaving(registrations: 2))
  }

  @Test func aHungAgentDelaysTheEndByThreeSeconds() {
    var simulation = RegisteringTests.registered(WatcherPolicy(deregistersOnExit: true))
    simulation.on(.stop)
    let before = simulation.now
    #expect(simulation.wait() == [.exit])
    #expect(simulation.now - before == .seconds(3))
  }

  @Test func anAbsentAgentDoesntDelayTheEnd() {
    var simulation = RegisteringTests.registered(WatcherPolicy(deregistersOnExit: true))
    simulation.on(.stop)
    #expect(simulation.on(.agentRequestFailed("Connection refused")) == [.cancelAgentRequest, .exit])
  }
}
