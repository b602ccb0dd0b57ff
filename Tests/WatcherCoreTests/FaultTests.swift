import Testing

@testable import WatcherCore

@Suite("Failures of engine and agent, and shutdown")
struct FaultTests {
  let entry = AgentEntry(id: "redis-a-6379", container: "a")

  @Test func anEngineThatIsAwayIsToldOnceAndTriedAtMostEveryTwoSeconds() {
    var simulation = WatcherSimulation(WatcherPolicy(registers: false))
    var pauses: [Duration] = []
    for _ in 0..<8 {
      simulation.on(.elapsed)
      let before = simulation.now
      #expect(simulation.on(.streamLost("No such file or directory")) == [.unsubscribe])
      simulation.wait()
      pauses.append(simulation.now - before)
    }
    #expect(pauses == [100, 200, 400, 800, 1600, 2000, 2000, 2000].map { .milliseconds($0) })
    #expect(simulation.notices == [.engineAway("No such file or directory")])
    simulation.on(.subscribed, .identified(engine: "engine"), .listEnded)
    #expect(simulation.takeNotices().last == .watching(running: 0))
  }

  @Test func whatDiedWhileTheEngineWasAwayIsFoundByTheList() {
    var simulation = WatcherSimulation.settled(["a"])
    #expect(simulation.on(.streamLost("it ended the stream")) == [.unsubscribe])
    #expect(simulation.wait() == [.subscribe])
    #expect(
      simulation.on(.subscribed, .identified(engine: "engine")) == [
        .sendToEngine(.identify), .sendToEngine(.list),
      ])
    #expect(simulation.on(.listEnded) == [.sendToAgent(.listServices)])
    #expect(simulation.on(.entry(entry), .answered(.done)) == [.sendToEngine(.inspect("a"))])
  }

  @Test("an engine that has just come back is asked once more: it finds out late who died without it")
  func asksAgainSoonAfterItsReturn() {
    var simulation = WatcherSimulation(WatcherPolicy(registers: false))
    simulation.on(
      .elapsed, .subscribed, .identified(engine: "engine"), .listed("a"), .listEnded, .answered(.done))
    #expect(simulation.waitsForList() == .seconds(3))
    simulation.on(.listed("a"), .listEnded, .answered(.done))
    #expect(simulation.waitsForList() == .seconds(60))
  }

  @Test("Docker's list has a container for some time after its death")
  func listedAlthoughDead() {
    var simulation = WatcherSimulation.settled(["a"])
    simulation.on(
      .died("a", age: .zero), .answered(.done), .missed, .listed("a"), .listEnded, .answered(.done))
    #expect(simulation.waitsForList() == .seconds(3))
  }

  @Test func nothingIsComparedBeforeTheList() {
    var simulation = WatcherSimulation(WatcherPolicy())
    simulation.on(.elapsed, .subscribed, .identified(engine: "engine"))
    #expect(simulation.on(.died("a"), .started("b")) == [])
  }

  @Test func anEngineThatIsLostWhileItIsAskedIsNoReasonToRemove() {
    var simulation = WatcherSimulation.settled(["a"])
    simulation.on(.died("a"), .entry(entry), .answered(.done))
    #expect(simulation.on(.engineUnreachable("Connection refused")) == [.unsubscribe])
    #expect(simulation.on(.inspected(.stopped())) == [])
  }

  @Test(
    "a stream that ends meanwhile would tell of no start: only an answer at once is taken",
    arguments: [true, false])
  func streamLostBeforeTheDeregistration(isAtOnce: Bool) {
    var simulation = WatcherSimulation.settled(["a"])
    simulation.on(.died("a"), .entry(entry), .answered(.done), .inspected(.stopped()), .streamLost("gone"))
    simulation.now += .milliseconds(isAtOnce ? 20 : 200)
    simulation.on(.entry(entry))
    #expect(simulation.on(.answered(.done)).contains(.sendToAgent(.deregister(entry))) == isAtOnce)
  }

  @Test("an engine that is lost after it said that a container is dead has said nothing")
  func lostBeforeTheDeregistration() {
    var simulation = WatcherSimulation.settled(["a"])
    simulation.on(.died("a"), .entry(entry), .answered(.done), .inspected(.stopped()))
    simulation.on(.missed, .engineRequestFailed("gone"), .entry(entry))
    #expect(!simulation.on(.answered(.done)).contains(.sendToAgent(.deregister(entry))))
    simulation.wait()
    simulation.on(.subscribed, .identified(engine: "engine"), .listed("a"))
    #expect(!simulation.on(.listEnded).contains(.sendToAgent(.deregister(entry))))
  }

  @Test func hungEngine() {
    var simulation = WatcherSimulation(WatcherPolicy())
    simulation.on(.elapsed)
    #expect(simulation.wait() == [.unsubscribe])
    simulation.wait()
    simulation.on(.subscribed, .identified(engine: "engine"))
    #expect(simulation.wait() == [.cancelEngineRequest, .unsubscribe])
  }

  @Test func hungAgent() {
    var simulation = WatcherSimulation.watching()
    #expect(simulation.wait() == [.cancelAgentRequest])
    #expect(simulation.takeNotices().last == .agentAway("no answer"))
    #expect(simulation.wait() == [.sendToAgent(.listServices)])
    simulation.on(.answered(.done))
    #expect(simulation.takeNotices() == [.agentAnswers])
  }

  @Test func whatDiedWhileTheAgentWasAwayIsTakenOutWhenItIsBack() {
    var simulation = WatcherSimulation.settled(["a"])
    simulation.on(.died("a"))
    for _ in 0..<10 {
      #expect(simulation.on(.agentRequestFailed("Connection refused")) == [.cancelAgentRequest])
      let before = simulation.now
      #expect(simulation.wait() == [.sendToAgent(.listServices)])
      #expect(simulation.now - before <= .seconds(2))
    }
    simulation.on(.entry(entry), .answered(.done))
    #expect(simulation.confirm(entry, .stopped()) == [.sendToAgent(.deregister(entry))])
    #expect(simulation.takeNotices().filter { $0 == .agentAway("Connection refused") }.count == 1)
  }

  @Test("a deregistration whose answer is lost is begun anew, with a look")
  func lostAnswer() {
    var simulation = WatcherSimulation.settled(["a"])
    simulation.on(.died("a"), .entry(entry), .answered(.done))
    simulation.confirm(entry, .stopped())
    #expect(simulation.on(.agentRequestFailed("closed")) == [.cancelAgentRequest])
    #expect(simulation.wait() == [.sendToAgent(.listServices)])
  }

  @Test("what is missed is found every minute")
  func everyMinute() {
    var simulation = WatcherSimulation.settled(["a"])
    let before = simulation.now
    #expect(simulation.wait() == [.sendToAgent(.listServices), .sendToEngine(.list)])
    #expect(simulation.now - before <= .seconds(60))
  }

  @Test("a list that is due waits until a stream that is gone is back, and isn't waited for in circles")
  func listOfAStreamThatIsGone() {
    var simulation = WatcherSimulation.watching(["a"])
    simulation.on(.streamLost("closed"))
    simulation.now += .seconds(3)
    simulation.machine.nextList = simulation.now
    #expect(simulation.on(.elapsed) == [])
    #expect(simulation.machine.timeLeft(at: simulation.now).map { $0 > .zero } == true)
    #expect(simulation.on(.answered(.done)).contains(.unsubscribe))
  }

  @Test func aLineThatCantBeReadIsAReasonToList() {
    var simulation = WatcherSimulation.settled()
    #expect(simulation.on(.missed) == [.sendToEngine(.list)])
  }

  @Test("ten thousand deaths in a burst are one more comparison")
  func burst() {
    var simulation = WatcherSimulation.settled()
    var looks = 0
    for number in 0..<10_000 {
      looks +=
        simulation.on(.started("\(number)"), .died("\(number)")).filter { $0 == .sendToAgent(.listServices) }
        .count
    }
    #expect(looks == 1)
    #expect(simulation.machine.running.isEmpty)
    #expect(simulation.on(.answered(.done)) == [.sendToAgent(.listServices)])
  }

  @Test func aStopEndsItAtOnceAndLeavesWhatIsRegistered() {
    var simulation = WatcherSimulation.settled()
    simulation.on(.died("a"))
    #expect(simulation.on(.stop) == [.cancelAgentRequest, .exit])
  }

  @Test("a container that the engine can't tell of holds up no other")
  func failed() {
    var simulation = WatcherSimulation.settled(["a", "b"])
    let other = AgentEntry(id: "web-b-80", container: "b")
    simulation.on(.died("a"), .died("b"), .answered(.done), .entry(entry), .entry(other), .answered(.done))
    #expect(simulation.on(.engineRequestFailed("500: no")) == [.sendToEngine(.inspect("b"))])
    #expect(simulation.confirm(other, .stopped()) == [.sendToAgent(.deregister(other))])
    #expect(simulation.takeNotices().contains(.inspectFailed(container: "a", "500: no")))
    simulation.on(.answered(.done))
    let before = simulation.now
    #expect(simulation.wait() == [.sendToAgent(.listServices)])
    #expect(simulation.now - before <= .seconds(5))
    simulation.on(.entry(entry), .answered(.done), .engineRequestFailed("500: no"))
    #expect(simulation.takeNotices() == [.removed(other)])
  }

  @Test func aContainerThatTheEngineHangsOverIsGivenUpAlone() {
    var simulation = WatcherSimulation.settled(["a"])
    simulation.on(.died("a"), .entry(entry), .answered(.done))
    #expect(simulation.wait() == [.cancelEngineRequest])
    #expect(simulation.takeNotices().last == .inspectFailed(container: "a", "no answer"))
  }

  @Test(
    "a stream that ends as soon as it has begun is told of three times at most, and tried at most every two seconds"
  )
  func flapping() {
    var simulation = WatcherSimulation(WatcherPolicy(registers: false))
    simulation.on(.elapsed)
    for _ in 0..<10 {
      simulation.on(.subscribed, .identified(engine: "engine"), .listEnded, .answered(.done))
      simulation.on(.streamLost("it ended the stream"))
      let before = simulation.now
      while simulation.wait() != [.subscribe] {}
      #expect(simulation.now - before >= .milliseconds(100))
    }
    #expect(simulation.takeNotices().filter { $0 == .engineAway("it ended the stream") }.count <= 3)
    let before = simulation.now
    simulation.on(.streamLost("it ended the stream"))
    while simulation.wait() != [.subscribe] {}
    #expect(simulation.now - before == .seconds(2))
  }

  /// A list proves nothing about the stream: it may be answered before the stream's end is seen.
  @Test("a stream that always ends at once is logged once, whether or not the list is answered before")
  func endsAtOnce() {
    var simulation = WatcherSimulation(WatcherPolicy(registers: false))
    simulation.on(.elapsed)
    for isListFirst in [false, true, true, false, true] {
      simulation.on(.subscribed)
      if !isListFirst { simulation.on(.streamLost("it ended the stream")) }
      simulation.on(.identified(engine: "engine"), .listEnded, .answered(.done))
      if isListFirst { simulation.on(.streamLost("it ended the stream")) }
      while simulation.wait() != [.subscribe] {}
    }
    #expect(simulation.takeNotices() == [.engineAway("it ended the stream")])
    simulation.on(.subscribed, .identified(engine: "engine"), .listEnded, .answered(.done))
    #expect(simulation.takeNotices().isEmpty)
    simulation.waitsForList()
    simulation.on(.listEnded)
    #expect(simulation.takeNotices() == [.watching(running: 0)])
  }
}
