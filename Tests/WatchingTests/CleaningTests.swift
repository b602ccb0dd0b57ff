import Testing

@testable import Watching

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

  @Test("removed with its container: the engine knows it no more")
  func removed() {
    var scene = Scene.watching()
    scene.tell(.entry(entry), .answered(.done))
    #expect(scene.confirm(entry, .unknown) == [.send(.deregister(entry))])
  }

  @Test("another engine's container isn't ours to judge")
  func ofAnotherEngine() {
    var scene = Scene.watching()
    let foreign = Entry(id: "x", container: "a", isOfOurEngine: false)
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
