import Testing

@testable import WatcherCore

@Suite("Only entries of dead containers are removed")
struct CleaningTests {
  let entry = AgentEntry(id: "redis-a-6379", container: "a")

  @Test func subscribesThenListsThenCompares() {
    var simulation = WatcherSimulation(WatcherPolicy(registers: false))
    #expect(simulation.on(.elapsed) == [.subscribe])
    #expect(simulation.on(.subscribed) == [.sendToEngine(.identify)])
    #expect(simulation.on(.identified(engine: "engine")) == [.sendToEngine(.list)])
    #expect(simulation.on(.listed("a")) == [])
    #expect(simulation.on(.listEnded) == [.sendToAgent(.listServices)])
    #expect(simulation.takeNotices() == [.watching(running: 1)])
  }

  @Test func killed() {
    var simulation = WatcherSimulation.settled(["a"])
    #expect(simulation.on(.died("a")) == [.sendToAgent(.listServices)])
    #expect(simulation.on(.entry(entry)) == [])
    #expect(simulation.on(.answered(.done)) == [.sendToEngine(.inspect("a"))])
    #expect(simulation.on(.inspected(.stopped())) == [.sendToAgent(.verify(entry))])
    #expect(simulation.on(.entry(entry), .answered(.done)) == [.sendToAgent(.deregister(entry))])
    #expect(simulation.on(.answered(.done)) == [])
    #expect(simulation.takeNotices().last == .removed(entry))
  }

  @Test func eachServiceOfItIsVerifiedByItself() {
    var simulation = WatcherSimulation.settled(["a"])
    let other = AgentEntry(id: "redis-a-6380", container: "a")
    simulation.on(.died("a"), .entry(entry), .entry(other), .answered(.done))
    #expect(simulation.confirm(entry, .stopped()) == [.sendToAgent(.deregister(entry))])
    #expect(simulation.on(.answered(.done)) == [.sendToEngine(.inspect("a"))])
    #expect(simulation.confirm(other, .stopped()) == [.sendToAgent(.deregister(other))])
  }

  @Test func anEntryOfARunningContainerIsKept() {
    var simulation = WatcherSimulation.watching(["a"])
    simulation.on(.entry(entry))
    #expect(simulation.on(.answered(.done)) == [])
  }

  @Test("an entry is kept if inspecting shows that its container runs")
  func unknownToUsButRunning() {
    var simulation = WatcherSimulation.watching()
    simulation.on(.entry(entry))
    #expect(simulation.on(.answered(.done)) == [.sendToEngine(.inspect("a"))])
    #expect(simulation.on(.inspected(.running([]))) == [.sendToAgent(.listServices)])
    simulation.on(.entry(entry))
    #expect(simulation.on(.answered(.done)) == [])
  }

  @Test("an entry is removed if its container ran here and the engine doesn't know it any more")
  func removed() {
    var simulation = WatcherSimulation.settled(["a"])
    simulation.on(.died("a"), .entry(entry), .answered(.done))
    #expect(simulation.confirm(entry, .unknown) == [.sendToAgent(.deregister(entry))])
  }

  @Test("the same if only a list shows that the container ended")
  func missingInTheList() {
    var simulation = WatcherSimulation.settled(["a"])
    simulation.waitsForList()
    simulation.on(.listEnded)
    simulation.on(.entry(entry), .answered(.done))
    #expect(simulation.confirm(entry, .unknown) == [.sendToAgent(.deregister(entry))])
  }

  @Test("entries of another kind of engine are kept")
  func ofAnotherKindOfEngine() {
    var simulation = WatcherSimulation.watching()
    let foreign = AgentEntry(id: "x", container: "a", engine: .other)
    simulation.on(.entry(foreign), .answered(.done))
    #expect(simulation.on(.inspected(.unknown)) == [])
  }

  @Test func aDenialIsLoggedOnceAndTriedAgainWithTheNextComparison() {
    var simulation = WatcherSimulation.watching()
    for round in 0..<2 {
      simulation.on(.entry(entry), .answered(.done))
      simulation.confirm(entry, .stopped())
      #expect(simulation.on(.answered(.refused("403: no"))) == [])
      let logged = simulation.takeNotices().contains(.refused(id: entry.id, "403: no"))
      #expect(logged == (round == 0))
      while simulation.wait() != [.sendToAgent(.listServices)] { simulation.on(.listed("b"), .listEnded) }
    }
  }
}

@Suite("A restarted container keeps its new registration, in any order of events")
struct RestartTests {
  let entry = AgentEntry(id: "redis-a-6379", container: "a")

  @Test("it has started before it is inspected")
  func startedBefore() {
    var simulation = WatcherSimulation.settled(["a"])
    simulation.on(.died("a"), .entry(entry), .started("a"))
    #expect(simulation.on(.answered(.done)) == [.sendToEngine(.inspect("a"))])
    #expect(simulation.on(.inspected(.running([]))) == [.sendToAgent(.listServices)])
  }

  @Test("it starts while it is inspected: the answer may be older, so it is inspected again")
  func startsWhileInspected() {
    var simulation = WatcherSimulation.settled(["a"])
    simulation.on(.died("a"), .entry(entry), .answered(.done))
    #expect(simulation.on(.started("a")) == [])
    #expect(simulation.on(.inspected(.stopped())) == [.sendToEngine(.inspect("a"))])
    #expect(simulation.on(.inspected(.running([]))).contains(.sendToAgent(.listServices)))
  }

  @Test("it is inspected as running before its start event")
  func startEventIsLate() {
    var simulation = WatcherSimulation.settled(["a"])
    simulation.on(.died("a"), .entry(entry), .answered(.done))
    #expect(simulation.on(.inspected(.running([]))) == [.sendToAgent(.listServices)])
    #expect(simulation.on(.started("a"), .entry(entry), .answered(.done)) == [])
  }

  @Test("it starts while its entry is verified")
  func startsWhileVerified() {
    var simulation = WatcherSimulation.settled(["a"])
    simulation.on(.died("a"), .entry(entry), .answered(.done), .inspected(.stopped()))
    simulation.on(.started("a"), .entry(entry))
    #expect(simulation.on(.answered(.done)) == [])
    #expect(simulation.wait() == [.sendToAgent(.listServices)])
  }

  @Test("another container holds the ID by then, or none", arguments: ["b", nil])
  func anotherHasTheID(container: String?) {
    var simulation = WatcherSimulation.settled(["a"])
    simulation.on(.died("a"), .entry(entry), .answered(.done), .inspected(.stopped()))
    if let container { simulation.on(.entry(AgentEntry(id: entry.id, container: container))) }
    #expect(simulation.on(.answered(container == nil ? .unknown : .done)) == [])
    #expect(simulation.wait() == [.sendToAgent(.listServices)])
  }

  @Test("an answer that took too long is stale")
  func staleAnswer() {
    var simulation = WatcherSimulation.settled(["a"])
    simulation.on(.died("a"), .entry(entry), .answered(.done), .inspected(.stopped()))
    simulation.now += .seconds(2)
    #expect(simulation.on(.entry(entry), .answered(.done)) == [])
    #expect(simulation.wait() == [.sendToAgent(.listServices)])
  }

  @Test("nothing but the verification is requested between the engine's answer and the deregistration")
  func nothingInBetween() {
    var simulation = WatcherSimulation.watching(["b"], WatcherPolicy())
    // Registrations wait until the entries of dead containers are removed.
    simulation.on(.inspected(.running([redis])), .entry(entry))
    #expect(simulation.on(.answered(.done)) == [.sendToEngine(.inspect("a"))])
    #expect(simulation.confirm(entry, .stopped()) == [.sendToAgent(.deregister(entry))])
    #expect(simulation.on(.answered(.done)) == [.sendToAgent(.register(redis))])
  }

  @Test("it dies and starts while containers are listed; the list has it or not", arguments: [true, false])
  func listIsOvertaken(isListed: Bool) {
    var simulation = WatcherSimulation(WatcherPolicy(registers: false))
    simulation.on(.elapsed, .subscribed, .identified(engine: "engine"))
    if isListed { simulation.on(.listed("a")) }
    simulation.on(.died("a"), .started("a"), .listEnded, .entry(entry))
    #expect(simulation.on(.answered(.done)) == [])
  }
}

@Suite("A container that this engine doesn't know may run on another one of the same kernel")
struct UnknownContainerTests {
  let entry = AgentEntry(id: "redis-a-6379", container: "a")

  /// The agent has an entry whose container isn't known to run.
  private func found(_ found: AgentEntry? = nil) -> WatcherSimulation {
    var simulation = WatcherSimulation.watching()
    simulation.on(.entry(found ?? entry), .answered(.done))
    return simulation
  }

  @Test func itIsLeftAloneWhileItsCheckPasses() {
    var simulation = found()
    #expect(simulation.on(.inspected(.unknown)) == [.sendToAgent(.listCriticalChecks)])
    #expect(simulation.on(.answered(.done)) == [])
  }

  @Test func itIsRemovedOnceItsCheckIsCritical() {
    var simulation = found()
    simulation.on(.inspected(.unknown))
    simulation.on(.critical("another"), .critical(entry.id))
    #expect(simulation.on(.answered(.done)) == [.sendToAgent(.verify(entry))])
    simulation.on(.entry(entry))
    #expect(simulation.on(.answered(.done)) == [.sendToAgent(.deregister(entry))])
    simulation.on(.answered(.done))
    #expect(simulation.takeNotices().last == .removed(entry))
  }

  @Test(
    "its checks are listed again within an eighth of the time since it was found, and it isn't inspected again"
  )
  func checksAreListedAgain() {
    var simulation = found()
    simulation.on(.inspected(.unknown), .answered(.done))
    let began = simulation.now
    while simulation.now - began < .seconds(40) {
      let before = simulation.now
      #expect(simulation.wait() == [.sendToAgent(.listServices)])
      #expect(simulation.now - before <= max(.seconds(1), (before - began) / 8))
      #expect(simulation.on(.entry(entry), .answered(.done)) == [.sendToAgent(.listCriticalChecks)])
      simulation.on(.answered(.done))
    }
  }

  @Test func anEntryOfAnotherKindOfEngineHidesNoOtherOfTheContainer() {
    var simulation = WatcherSimulation.watching()
    simulation.on(
      .entry(AgentEntry(id: "x", container: "a", engine: .other)), .entry(entry), .answered(.done))
    #expect(simulation.on(.inspected(.unknown)) == [.sendToAgent(.listCriticalChecks)])
    simulation.on(.critical("x"), .critical(entry.id))
    #expect(simulation.on(.answered(.done)) == [.sendToAgent(.verify(entry))])
  }

  @Test func itIsKnownAsSoonAsItStartsHere() {
    var simulation = found()
    simulation.on(.inspected(.unknown), .answered(.done), .started("a"), .died("a"))
    simulation.on(.entry(entry), .answered(.done))
    #expect(simulation.confirm(entry, .unknown) == [.sendToAgent(.deregister(entry))])
  }

  @Test("its end is reported after the engine has forgotten it: it ran here")
  func endReportedLate() {
    var simulation = found()
    simulation.on(.inspected(.unknown), .answered(.done))
    #expect(simulation.on(.died("a")) == [.sendToAgent(.listServices)])
    simulation.on(.entry(entry), .answered(.done))
    #expect(simulation.confirm(entry, .unknown) == [.sendToAgent(.deregister(entry))])
  }

  @Test("its start was reported, and its end not yet: it ran here")
  func startReported() {
    var simulation = WatcherSimulation.watching([], WatcherPolicy())
    simulation.on(.answered(.done))
    #expect(simulation.on(.started("a")) == [.sendToEngine(.inspect("a"))])
    simulation.on(.inspected(.unknown))
    simulation.machine.nextComparison = simulation.now
    #expect(simulation.on(.elapsed) == [.sendToAgent(.listServices)])
    simulation.on(.entry(entry), .answered(.done))
    #expect(simulation.confirm(entry, .unknown) == [.sendToAgent(.deregister(entry))])
  }

  @Test(
    "a registration of another engine's watcher is never removed, and one with our engine's ID at once"
  )
  func registrationsOfWatchers() {
    var simulation = found(AgentEntry(id: redis.id, container: "a", registration: redis, engine: .other))
    #expect(simulation.takeNotices() == [.watching(running: 0)])
    #expect(simulation.wait().contains(.sendToAgent(.listServices)))
    let own = AgentEntry(id: redis.id, container: "a", registration: redis, engine: .ours)
    simulation = found(own)
    #expect(simulation.confirm(own, .unknown) == [.sendToAgent(.deregister(own))])
  }

  @Test("a registration without an engine's ID may belong to another engine's watcher")
  func registrationWithoutID() {
    var simulation = found(AgentEntry(id: redis.id, container: "a", registration: redis, engine: .sameKind))
    #expect(simulation.on(.inspected(.unknown)) == [.sendToAgent(.listCriticalChecks)])
  }

  @Test func containersThatRanOnTheFormerEngineAreUnknownToTheNext() {
    var simulation = WatcherSimulation(WatcherPolicy(registers: false))
    simulation.on(
      .elapsed, .subscribed, .identified(engine: "one"), .listed("a"), .listEnded, .answered(.done))
    simulation.on(.died("a"), .answered(.done), .streamLost("gone"))
    #expect(simulation.wait() == [.subscribe])
    simulation.on(.subscribed, .identified(engine: "two"), .listEnded)
    simulation.on(.entry(entry), .answered(.done))
    #expect(simulation.on(.inspected(.unknown)) == [.sendToAgent(.listCriticalChecks)])
  }

  @Test("running containers of the former engine are unknown to the next")
  func runningOnTheFormerEngine() {
    var simulation = WatcherSimulation(WatcherPolicy(registers: false))
    simulation.on(
      .elapsed, .subscribed, .identified(engine: "one"), .listed("a"), .listEnded, .answered(.done))
    simulation.on(.streamLost("gone"))
    simulation.wait()
    simulation.on(.subscribed, .identified(engine: "two"), .listEnded)
    simulation.on(.entry(entry), .answered(.done))
    #expect(simulation.on(.inspected(.unknown)) == [.sendToAgent(.listCriticalChecks)])
  }

  @Test("when the engine has a new ID, all running containers are registered again with it")
  func newID() {
    var simulation = WatcherSimulation.watching(["a"], WatcherPolicy())
    simulation.on(.answered(.done), .inspected(.running([redis])), .answered(.done), .answered(.done))
    simulation.on(.streamLost("gone"))
    simulation.wait()
    simulation.on(.subscribed, .identified(engine: "new"), .listed("a"))
    #expect(simulation.on(.listEnded).contains(.sendToEngine(.inspect("a"))))
    simulation.on(.inspected(.running([redis])))
    let foreign = AgentEntry(id: redis.id, container: "a", registration: redis, engine: .other)
    #expect(simulation.on(.entry(foreign), .answered(.done)) == [.sendToAgent(.register(redis))])
  }

  @Test("the ID of an engine that doesn't answer is waited for 2 s")
  func noIdentity() {
    var simulation = WatcherSimulation(WatcherPolicy(registers: false))
    simulation.on(.elapsed, .subscribed)
    let began = simulation.now
    #expect(simulation.wait() == [.cancelEngineRequest, .sendToEngine(.list)])
    #expect(simulation.now - began == .seconds(2))
  }

  @Test func anEngineWithoutAnIDIsLoggedOnce() {
    var simulation = WatcherSimulation()
    simulation.on(.elapsed, .subscribed, .identified(engine: nil), .listEnded, .streamLost("gone"))
    simulation.wait()
    simulation.on(.subscribed, .identified(engine: nil))
    #expect(simulation.takeNotices().filter { $0 == .engineUnidentified }.count == 1)
  }
}

@Suite("An entry that is registered again after its removal is kept")
struct ReturnTests {
  let entry = AgentEntry(id: "redis-a-6379", container: "a")

  private func removed(_ entry: AgentEntry) -> WatcherSimulation {
    var simulation = WatcherSimulation.settled(["a"])
    simulation.on(.died("a"), .entry(entry), .answered(.done))
    simulation.confirm(entry, .stopped())
    simulation.on(.answered(.done))
    _ = simulation.takeNotices()
    return simulation
  }

  @Test(
    "although the engine reports its container dead; this is logged once",
    arguments: [InspectResult.stopped(), .unknown])
  func itIsLeftAlone(answer: InspectResult) {
    var simulation = removed(entry)
    simulation.machine.nextComparison = simulation.now
    #expect(simulation.on(.elapsed) == [.sendToAgent(.listServices)])
    simulation.on(.entry(entry), .answered(.done))
    #expect(simulation.on(.inspected(answer)) == [.sendToAgent(.listCriticalChecks)])
    #expect(simulation.on(.answered(.done)) == [])
    for _ in 0..<5 {
      #expect(simulation.wait() == [.sendToAgent(.listServices)])
      #expect(simulation.on(.entry(entry), .answered(.done)) == [.sendToAgent(.listCriticalChecks)])
      #expect(simulation.on(.answered(.done)) == [])
    }
    #expect(simulation.takeNotices() == [.cameBack(entry)])
  }

  @Test("unless the container has ended once more since, by the engine's answer")
  func itRanAgainWithoutEvents() {
    var simulation = WatcherSimulation.settled(["a"])
    for finishedAt in ["12:00", "12:01", "12:01"] {
      simulation.machine.nextComparison = simulation.now
      if simulation.on(.died("a")) != [.sendToAgent(.listServices)] { simulation.wait() }
      simulation.on(.entry(entry), .answered(.done))
      let done = simulation.on(.inspected(.stopped(finishedAt: finishedAt)))
      if simulation.takeNotices().contains(.cameBack(entry)) {
        #expect(finishedAt == "12:01" && done == [.sendToAgent(.listCriticalChecks)])
        return
      }
      #expect(done == [.sendToAgent(.verify(entry))])
      simulation.on(.entry(entry))
      #expect(simulation.on(.answered(.done)) == [.sendToAgent(.deregister(entry))])
      simulation.on(.answered(.done))
    }
    Issue.record("its return wasn't noticed")
  }

  @Test func itIsRemovedOnceItsCheckIsCritical() {
    var simulation = removed(entry)
    simulation.machine.nextComparison = simulation.now
    simulation.on(.elapsed, .entry(entry), .answered(.done), .inspected(.stopped()))
    simulation.on(.critical(entry.id))
    #expect(simulation.on(.answered(.done)) == [.sendToAgent(.verify(entry))])
  }

  @Test func aContainerThatRanAgainIsRemovedAgain() {
    var simulation = removed(entry)
    #expect(simulation.on(.started("a"), .died("a")) == [.sendToAgent(.listServices)])
    simulation.on(.entry(entry), .answered(.done))
    #expect(simulation.confirm(entry, .stopped()) == [.sendToAgent(.deregister(entry))])
  }

  @Test("our registration that the agent hasn't answered may be carried out late, and is removed again")
  func lateRegistration() {
    var simulation = WatcherSimulation.watching(["a"], WatcherPolicy())
    simulation.on(.answered(.done), .inspected(.running([redis])))
    #expect(simulation.on(.answered(.done)) == [.sendToAgent(.register(redis))])
    simulation.on(.agentRequestFailed("no answer"))
    let own = AgentEntry(id: redis.id, container: "a", registration: redis)
    for _ in 0..<2 {
      simulation.on(.died("a"))
      while simulation.wait() != [.sendToAgent(.listServices)] {}
      simulation.on(.entry(own), .answered(.done))
      #expect(simulation.confirm(own, .stopped()) == [.sendToAgent(.deregister(own))])
      simulation.machine.unanswered = [own.id]
      simulation.on(.answered(.done))
      simulation.machine.unanswered = [own.id]
    }
  }
}
