import Testing

@testable import WatcherCore

@Suite("What a dead container left is taken out, and nothing else")
struct CleaningTests {
  let entry = Entry(id: "redis-a-6379", container: "a")

  @Test func subscribesThenListsThenCompares() {
    var scene = Scene(WatchPlan(registers: false))
    #expect(scene.tell(.elapsed) == [.subscribe])
    #expect(scene.tell(.subscribed) == [.ask(.list)])
    #expect(scene.tell(.listed("a")) == [])
    #expect(scene.tell(.listEnded) == [.send(.look)])
    #expect(scene.takeNotices() == [.watching(running: 1)])
  }

  @Test func killed() {
    var scene = Scene.settled(["a"])
    #expect(scene.tell(.died("a")) == [.send(.look)])
    #expect(scene.tell(.entry(entry)) == [])
    #expect(scene.tell(.answered(.done)) == [.ask(.inspect("a"))])
    #expect(scene.tell(.inspected(.stopped)) == [.send(.verify(entry))])
    #expect(scene.tell(.entry(entry), .answered(.done)) == [.send(.deregister(entry))])
    #expect(scene.tell(.answered(.done)) == [])
    #expect(scene.takeNotices().last == .removed(entry))
  }

  @Test func eachServiceOfItIsVerifiedByItself() {
    var scene = Scene.settled(["a"])
    let other = Entry(id: "redis-a-6380", container: "a")
    scene.tell(.died("a"), .entry(entry), .entry(other), .answered(.done))
    #expect(scene.confirm(entry, .stopped) == [.send(.deregister(entry))])
    #expect(scene.tell(.answered(.done)) == [.ask(.inspect("a"))])
    #expect(scene.confirm(other, .stopped) == [.send(.deregister(other))])
  }

  @Test func whatRunsIsLeftAlone() {
    var scene = Scene.watching(["a"])
    scene.tell(.entry(entry))
    #expect(scene.tell(.answered(.done)) == [])
  }

  @Test("a container that we don't know of, and that runs, is left alone")
  func unknownToUsButRunning() {
    var scene = Scene.watching()
    scene.tell(.entry(entry))
    #expect(scene.tell(.answered(.done)) == [.ask(.inspect("a"))])
    #expect(scene.tell(.inspected(.running([]))) == [.send(.look)])
    scene.tell(.entry(entry))
    #expect(scene.tell(.answered(.done)) == [])
  }

  @Test("removed with its container, which ran here: the engine knows it no more")
  func removed() {
    var scene = Scene.settled(["a"])
    scene.tell(.died("a"), .entry(entry), .answered(.done))
    #expect(scene.confirm(entry, .unknown) == [.send(.deregister(entry))])
  }

  @Test("the same if only the list tells that it ended")
  func missingInTheList() {
    var scene = Scene.settled(["a"])
    scene.waitsForList()
    scene.tell(.listEnded)
    scene.tell(.entry(entry), .answered(.done))
    #expect(scene.confirm(entry, .unknown) == [.send(.deregister(entry))])
  }

  @Test("another kind of engine's container isn't ours to judge")
  func ofAnotherKindOfEngine() {
    var scene = Scene.watching()
    let foreign = Entry(id: "x", container: "a", engine: .other)
    scene.tell(.entry(foreign), .answered(.done))
    #expect(scene.tell(.inspected(.unknown)) == [])
  }

  @Test func deniedIsToldOnceAndTriedAgainWithTheNextComparison() {
    var scene = Scene.watching()
    for round in 0..<2 {
      scene.tell(.entry(entry), .answered(.done))
      scene.confirm(entry, .stopped)
      #expect(scene.tell(.answered(.refused("403: no"))) == [])
      let told = scene.takeNotices().contains(.refused(id: entry.id, "403: no"))
      #expect(told == (round == 0))
      while scene.wait() != [.send(.look)] { scene.tell(.listed("b"), .listEnded) }
    }
  }
}

@Suite("A container that starts again keeps its new registration, in whatever order things are seen")
struct RestartTests {
  let entry = Entry(id: "redis-a-6379", container: "a")

  @Test("it has started before the engine is asked")
  func startedBefore() {
    var scene = Scene.settled(["a"])
    scene.tell(.died("a"), .entry(entry), .started("a"))
    #expect(scene.tell(.answered(.done)) == [.ask(.inspect("a"))])
    #expect(scene.tell(.inspected(.running([]))) == [.send(.look)])
  }

  @Test("it starts while the engine is asked, which may still say no: it is asked again")
  func startsWhileAsked() {
    var scene = Scene.settled(["a"])
    scene.tell(.died("a"), .entry(entry), .answered(.done))
    #expect(scene.tell(.started("a")) == [])
    #expect(scene.tell(.inspected(.stopped)) == [.ask(.inspect("a"))])
    #expect(scene.tell(.inspected(.running([]))).contains(.send(.look)))
  }

  @Test("its start isn't told yet when the engine says that it runs")
  func startNotTold() {
    var scene = Scene.settled(["a"])
    scene.tell(.died("a"), .entry(entry), .answered(.done))
    #expect(scene.tell(.inspected(.running([]))) == [.send(.look)])
    #expect(scene.tell(.started("a"), .entry(entry), .answered(.done)) == [])
  }

  @Test("it starts while the agent is asked whose the entry is")
  func startsWhileVerified() {
    var scene = Scene.settled(["a"])
    scene.tell(.died("a"), .entry(entry), .answered(.done), .inspected(.stopped))
    scene.tell(.started("a"), .entry(entry))
    #expect(scene.tell(.answered(.done)) == [])
    #expect(scene.wait() == [.send(.look)])
  }

  @Test("another container has its ID by then, or nobody", arguments: ["b", nil])
  func anotherHasTheID(container: String?) {
    var scene = Scene.settled(["a"])
    scene.tell(.died("a"), .entry(entry), .answered(.done), .inspected(.stopped))
    if let container { scene.tell(.entry(Entry(id: entry.id, container: container))) }
    #expect(scene.tell(.answered(container == nil ? .unknown : .done)) == [])
    #expect(scene.wait() == [.send(.look)])
  }

  @Test("an answer that took its time says nothing of now")
  func staleAnswer() {
    var scene = Scene.settled(["a"])
    scene.tell(.died("a"), .entry(entry), .answered(.done), .inspected(.stopped))
    scene.now += .seconds(2)
    #expect(scene.tell(.entry(entry), .answered(.done)) == [])
    #expect(scene.wait() == [.send(.look)])
  }

  @Test("nothing is asked of the agent between the engine's answer and the deregistration")
  func nothingInBetween() {
    var scene = Scene.watching(["b"], WatchPlan())
    // What runs is to be registered, and is registered only after what is dead was taken out.
    scene.tell(.inspected(.running([redis])), .entry(entry))
    #expect(scene.tell(.answered(.done)) == [.ask(.inspect("a"))])
    #expect(scene.confirm(entry, .stopped) == [.send(.deregister(entry))])
    #expect(scene.tell(.answered(.done)) == [.send(.register(redis))])
  }

  @Test("it dies and starts while a list is under way that has it or hasn't", arguments: [true, false])
  func listIsOvertaken(isListed: Bool) {
    var scene = Scene(WatchPlan(registers: false))
    scene.tell(.elapsed, .subscribed)
    if isListed { scene.tell(.listed("a")) }
    scene.tell(.died("a"), .started("a"), .listEnded, .entry(entry))
    #expect(scene.tell(.answered(.done)) == [])
  }
}

@Suite("A container that this engine doesn't know may run on another one of the same kernel")
struct UnknownContainerTests {
  let entry = Entry(id: "redis-a-6379", container: "a")

  /// An entry is found whose container the engine doesn't know.
  private func found(_ found: Entry? = nil) -> Scene {
    var scene = Scene.watching()
    scene.tell(.entry(found ?? entry), .answered(.done))
    return scene
  }

  @Test func itIsLeftAloneWhileItsCheckPasses() {
    var scene = found()
    #expect(scene.tell(.inspected(.unknown)) == [.send(.listCritical)])
    #expect(scene.tell(.answered(.done)) == [])
  }

  @Test func itIsRemovedOnceItsCheckIsCritical() {
    var scene = found()
    scene.tell(.inspected(.unknown))
    scene.tell(.critical("another"), .critical(entry.id))
    #expect(scene.tell(.answered(.done)) == [.send(.verify(entry))])
    scene.tell(.entry(entry))
    #expect(scene.tell(.answered(.done)) == [.send(.deregister(entry))])
    scene.tell(.answered(.done))
    #expect(scene.takeNotices().last == .removed(entry))
  }

  @Test(
    "its checks are looked at again within an eighth of the time that it is known, and the engine isn't asked again"
  )
  func looksAgain() {
    var scene = found()
    scene.tell(.inspected(.unknown), .answered(.done))
    let began = scene.now
    while scene.now - began < .seconds(40) {
      let before = scene.now
      #expect(scene.wait() == [.send(.look)])
      #expect(scene.now - before <= max(.seconds(1), (before - began) / 8))
      #expect(scene.tell(.entry(entry), .answered(.done)) == [.send(.listCritical)])
      scene.tell(.answered(.done))
    }
  }

  @Test func anotherKindOfEnginesEntryOfTheSameContainerHidesNone() {
    var scene = Scene.watching()
    scene.tell(.entry(Entry(id: "x", container: "a", engine: .other)), .entry(entry), .answered(.done))
    #expect(scene.tell(.inspected(.unknown)) == [.send(.listCritical)])
    scene.tell(.critical("x"), .critical(entry.id))
    #expect(scene.tell(.answered(.done)) == [.send(.verify(entry))])
  }

  @Test func itIsKnownAsSoonAsItStartsHere() {
    var scene = found()
    scene.tell(.inspected(.unknown), .answered(.done), .started("a"), .died("a"))
    scene.tell(.entry(entry), .answered(.done))
    #expect(scene.confirm(entry, .unknown) == [.send(.deregister(entry))])
  }

  @Test("its end is reported after the engine has forgotten it: it ran here")
  func endReportedLate() {
    var scene = found()
    scene.tell(.inspected(.unknown), .answered(.done))
    #expect(scene.tell(.died("a")) == [.send(.look)])
    scene.tell(.entry(entry), .answered(.done))
    #expect(scene.confirm(entry, .unknown) == [.send(.deregister(entry))])
  }

  @Test("its start was reported, and its end not yet: it ran here")
  func startReported() {
    var scene = Scene.watching([], WatchPlan())
    scene.tell(.answered(.done))
    #expect(scene.tell(.started("a")) == [.ask(.inspect("a"))])
    scene.tell(.inspected(.unknown))
    scene.watch.nextComparison = scene.now
    #expect(scene.tell(.elapsed) == [.send(.look)])
    scene.tell(.entry(entry), .answered(.done))
    #expect(scene.confirm(entry, .unknown) == [.send(.deregister(entry))])
  }

  @Test(
    "what another engine's watcher registered is never touched, and what carries our engine's ID is removed at once"
  )
  func registrationsOfWatchers() {
    var scene = found(Entry(id: redis.id, container: "a", registration: redis, engine: .other))
    #expect(scene.takeNotices() == [.watching(running: 0)])
    #expect(scene.wait().contains(.send(.look)))
    let own = Entry(id: redis.id, container: "a", registration: redis, engine: .ours)
    scene = found(own)
    #expect(scene.confirm(own, .unknown) == [.send(.deregister(own))])
  }

  @Test("a registration without an engine's ID may be of another engine's watcher")
  func registrationWithoutID() {
    var scene = found(Entry(id: redis.id, container: "a", registration: redis, engine: .sameKind))
    #expect(scene.tell(.inspected(.unknown)) == [.send(.listCritical)])
  }

  @Test func whatRanOnTheFormerEngineIsUnknownToTheNext() {
    var scene = Scene(WatchPlan(registers: false))
    scene.tell(.elapsed, .identified(engine: "one"), .subscribed, .listed("a"), .listEnded, .answered(.done))
    scene.tell(.died("a"), .answered(.done), .streamLost("gone"))
    #expect(scene.wait() == [.subscribe])
    scene.tell(.identified(engine: "two"), .subscribed, .listEnded)
    scene.tell(.entry(entry), .answered(.done))
    #expect(scene.tell(.inspected(.unknown)) == [.send(.listCritical)])
  }

  @Test func anEngineThatHidesItsIDIsToldOfOnce() {
    var scene = Scene()
    scene.tell(.elapsed, .identified(engine: nil), .identified(engine: nil))
    #expect(scene.takeNotices() == [.engineUnidentified])
  }
}

@Suite("What comes back after it was removed is left alone")
struct ReturnTests {
  let entry = Entry(id: "redis-a-6379", container: "a")

  private func removed(_ entry: Entry) -> Scene {
    var scene = Scene.settled(["a"])
    scene.tell(.died("a"), .entry(entry), .answered(.done))
    scene.confirm(entry, .stopped)
    scene.tell(.answered(.done))
    _ = scene.takeNotices()
    return scene
  }

  @Test(
    "although the engine says that its container is dead; this is logged once",
    arguments: [Inspected.stopped, .unknown])
  func itIsLeftAlone(answer: Inspected) {
    var scene = removed(entry)
    scene.watch.nextComparison = scene.now
    #expect(scene.tell(.elapsed) == [.send(.look)])
    scene.tell(.entry(entry), .answered(.done))
    #expect(scene.tell(.inspected(answer)) == [.send(.listCritical)])
    #expect(scene.tell(.answered(.done)) == [])
    for _ in 0..<5 {
      #expect(scene.wait() == [.send(.look)])
      #expect(scene.tell(.entry(entry), .answered(.done)) == [.send(.listCritical)])
      #expect(scene.tell(.answered(.done)) == [])
    }
    #expect(scene.takeNotices() == [.cameBack(entry)])
  }

  @Test func itIsRemovedOnceItsCheckIsCritical() {
    var scene = removed(entry)
    scene.watch.nextComparison = scene.now
    scene.tell(.elapsed, .entry(entry), .answered(.done), .inspected(.stopped))
    scene.tell(.critical(entry.id))
    #expect(scene.tell(.answered(.done)) == [.send(.verify(entry))])
  }

  @Test func aContainerThatRanAgainIsRemovedAgain() {
    var scene = removed(entry)
    #expect(scene.tell(.started("a"), .died("a")) == [.send(.look)])
    scene.tell(.entry(entry), .answered(.done))
    #expect(scene.confirm(entry, .stopped) == [.send(.deregister(entry))])
  }

  @Test("a registration of ours that the agent never answered may come late, and is removed again")
  func lateRegistration() {
    var scene = Scene.watching(["a"], WatchPlan())
    scene.tell(.answered(.done), .inspected(.running([redis])))
    #expect(scene.tell(.answered(.done)) == [.send(.register(redis))])
    scene.tell(.requestLost("no answer"))
    let own = Entry(id: redis.id, container: "a", registration: redis)
    for _ in 0..<2 {
      scene.tell(.died("a"))
      while scene.wait() != [.send(.look)] {}
      scene.tell(.entry(own), .answered(.done))
      #expect(scene.confirm(own, .stopped) == [.send(.deregister(own))])
      scene.watch.unanswered = [own.id]
      scene.tell(.answered(.done))
      scene.watch.unanswered = [own.id]
    }
  }
}
