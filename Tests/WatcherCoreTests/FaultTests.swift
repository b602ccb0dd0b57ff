import Testing

@testable import WatcherCore

@Suite("Failures of engine and agent, and shutdown")
struct FaultTests {
  let entry = AgentEntry(id: "redis-a-6379", container: "a")

  @Test func anAbsentEngineIsLoggedOnceAndTriedAtLeastEveryTwoSeconds() {
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

  @Test func aDeathDuringTheEnginesAbsenceIsFoundByTheList() {
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

  @Test(
    "containers are listed again soon after an engine's return: it notices late which ones died meanwhile")
  func listsAgainSoonAfterItsReturn() {
    var simulation = WatcherSimulation(WatcherPolicy(registers: false))
    simulation.on(
      .elapsed, .subscribed, .identified(engine: "engine"), .listed("a"), .listEnded, .answered(.done))
    #expect(simulation.waitsForList() == .seconds(3))
    simulation.on(.listed("a"), .listEnded, .answered(.done))
    #expect(simulation.waitsForList() == .seconds(60))
  }

  @Test("Docker lists a container for some time after its death")
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

  @Test func anEngineLostDuringAnInspectIsNoReasonToRemove() {
    var simulation = WatcherSimulation.settled(["a"])
    simulation.on(.died("a"), .entry(entry), .answered(.done))
    #expect(simulation.on(.engineUnreachable("Connection refused")) == [.unsubscribe])
    #expect(simulation.on(.inspected(.stopped())) == [])
  }

  @Test(
    "without the stream a start isn't reported: the agent's answer counts only if it comes at once",
    arguments: [true, false])
  func streamLostBeforeTheDeregistration(isAtOnce: Bool) {
    var simulation = WatcherSimulation.settled(["a"])
    simulation.on(.died("a"), .entry(entry), .answered(.done), .inspected(.stopped()), .streamLost("gone"))
    simulation.now += .milliseconds(isAtOnce ? 20 : 200)
    simulation.on(.entry(entry))
    #expect(simulation.on(.answered(.done)).contains(.sendToAgent(.deregister(entry))) == isAtOnce)
  }

  @Test("the answer of an engine that is lost afterwards doesn't count")
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

  @Test func entriesOfContainersThatDiedDuringTheAgentsAbsenceAreRemovedOnItsReturn() {
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

  @Test("after a deregistration whose answer is lost a new comparison begins")
  func lostAnswer() {
    var simulation = WatcherSimulation.settled(["a"])
    simulation.on(.died("a"), .entry(entry), .answered(.done))
    simulation.confirm(entry, .stopped())
    #expect(simulation.on(.agentRequestFailed("closed")) == [.cancelAgentRequest])
    #expect(simulation.wait() == [.sendToAgent(.listServices)])
  }

  @Test("everything is listed and compared every minute")
  func everyMinute() {
    var simulation = WatcherSimulation.settled(["a"])
    let before = simulation.now
    #expect(simulation.wait() == [.sendToAgent(.listServices), .sendToEngine(.list)])
    #expect(simulation.now - before <= .seconds(60))
  }

  @Test("a list that is due waits for the next stream, and doesn't make the loop spin")
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

  @Test("ten thousand deaths in a burst cause one more comparison")
  func burst() {
    var simulation = WatcherSimulation.settled()
    var comparisons = 0
    for number in 0..<10_000 {
      comparisons +=
        simulation.on(.started("\(number)"), .died("\(number)")).filter { $0 == .sendToAgent(.listServices) }
        .count
    }
    #expect(comparisons == 1)
    #expect(simulation.machine.running.isEmpty)
    #expect(simulation.on(.answered(.done)) == [.sendToAgent(.listServices)])
  }

  @Test func aStopSignalEndsItAtOnceAndKeepsRegistrations() {
    var simulation = WatcherSimulation.settled()
    simulation.on(.died("a"))
    #expect(simulation.on(.stop) == [.cancelAgentRequest, .exit])
  }

  @Test("a failed inspect of one container delays no other")
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

  @Test func anInspectThatHangsIsATroubleOfThatContainerOnly() {
    var simulation = WatcherSimulation.settled(["a"])
    simulation.on(.died("a"), .entry(entry), .answered(.done))
    #expect(simulation.wait() == [.cancelEngineRequest])
    #expect(simulation.takeNotices().last == .inspectFailed(container: "a", "no answer"))
  }

  @Test(
    "a stream that ends as soon as it has begun is logged at most three times, and in the end tried every two seconds"
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
