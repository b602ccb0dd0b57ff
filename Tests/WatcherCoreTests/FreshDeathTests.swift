import Testing

@testable import WatcherCore

@Suite("A fresh die event needs no inspect")
struct FreshDeathTests {
  let entry = AgentEntry(id: "redis-a-6379", container: "a")
  static let freshDeath = WatcherEvent.died("a", age: .milliseconds(5))

  @Test func killed() {
    var simulation = WatcherSimulation.settled(["a"])
    #expect(simulation.on(Self.freshDeath) == [.sendToAgent(.listServices)])
    #expect(simulation.on(.entry(entry), .answered(.done)) == [.sendToAgent(.verify(entry))])
    #expect(simulation.on(.entry(entry), .answered(.done)) == [.sendToAgent(.deregister(entry))])
    #expect(simulation.on(.answered(.done)) == [])
    #expect(simulation.takeNotices().last == .removed(entry))
  }

  @Test func eachServiceOfItIsVerifiedByItself() {
    var simulation = WatcherSimulation.settled(["a"])
    let other = AgentEntry(id: "redis-a-6380", container: "a")
    simulation.on(Self.freshDeath, .entry(entry), .entry(other), .answered(.done))
    simulation.on(.entry(entry), .answered(.done))
    #expect(simulation.on(.answered(.done)) == [.sendToAgent(.verify(other))])
  }

  @Test("not where it is heard so late that the next life may run", arguments: [40, 41, 5000])
  func heardLate(age: Int) {
    var simulation = WatcherSimulation.settled(["a"])
    simulation.on(.died("a", age: .milliseconds(age)), .entry(entry))
    #expect(simulation.on(.answered(.done)) == [.sendToEngine(.inspect("a"))])
  }

  @Test("nor where the agent took so long to tell whose the entries are", arguments: [54, 55])
  func lookedLate(took: Int) {
    var simulation = WatcherSimulation.settled(["a"])
    simulation.on(Self.freshDeath, .entry(entry))
    simulation.now += .milliseconds(took)
    #expect(
      simulation.on(.answered(.done)) == [
        took < 55 ? .sendToAgent(.verify(entry)) : .sendToEngine(.inspect("a"))
      ])
  }

  @Test("nor to verify it: then the engine is asked after all", arguments: [54, 55])
  func verifiedLate(took: Int) {
    var simulation = WatcherSimulation.settled(["a"])
    simulation.on(Self.freshDeath, .entry(entry), .answered(.done), .entry(entry))
    simulation.now += .milliseconds(took)
    let done = simulation.on(.answered(.done))
    if took < 55 { return #expect(done == [.sendToAgent(.deregister(entry))]) }
    #expect(done == [])
    #expect(simulation.wait() == [.sendToAgent(.listServices)])
    #expect(simulation.on(.entry(entry), .answered(.done)) == [.sendToEngine(.inspect("a"))])
    #expect(simulation.confirm(entry, .stopped()) == [.sendToAgent(.deregister(entry))])
  }

  @Test("what the engine says after that holds as long as it always did")
  func theEnginesWordHolds() {
    var simulation = WatcherSimulation.settled(["a"])
    simulation.on(Self.freshDeath, .entry(entry), .answered(.done), .answered(.unknown))
    simulation.wait()
    simulation.on(.entry(entry), .answered(.done))
    simulation.on(.inspected(.stopped()), .entry(entry))
    simulation.now += .milliseconds(500)
    #expect(simulation.on(.answered(.done)) == [.sendToAgent(.deregister(entry))])
  }

  @Test("a start of the same container, heard while the agent looks or verifies, is the end of it")
  func started() {
    var simulation = WatcherSimulation.settled(["a"])
    simulation.on(Self.freshDeath, .entry(entry), .started("a"))
    #expect(simulation.on(.answered(.done)) == [.sendToEngine(.inspect("a"))])
    simulation = WatcherSimulation.settled(["a"])
    simulation.on(Self.freshDeath, .entry(entry), .answered(.done), .started("a"), .entry(entry))
    #expect(simulation.on(.answered(.done)) == [])
  }

  @Test("where no start would be heard of, the engine is asked")
  func streamLost() {
    var simulation = WatcherSimulation.settled(["a"])
    simulation.on(Self.freshDeath, .entry(entry), .streamLost("gone"))
    #expect(simulation.on(.answered(.done)) == [.sendToEngine(.inspect("a"))])
  }

  @Test("the entry is another's by then")
  func anotherHasTheID() {
    var simulation = WatcherSimulation.settled(["a"])
    simulation.on(
      Self.freshDeath, .entry(entry), .answered(.done), .entry(AgentEntry(id: entry.id, container: "b")))
    #expect(simulation.on(.answered(.done)) == [])
  }
}

@Suite("A slow inspect of one container delays no other's removal")
struct BesideAQuestionTests {
  let slow = AgentEntry(id: "web-s-80", container: "s")
  let entry = AgentEntry(id: "redis-a-6379", container: "a")
  let fresh = WatcherEvent.died("a", age: .milliseconds(5))

  /// The engine is asked about one whose death was heard late.
  func asking() -> WatcherSimulation {
    var simulation = WatcherSimulation.settled(["a", "s"])
    simulation.on(.died("s"), .entry(slow))
    #expect(simulation.on(.answered(.done)) == [.sendToEngine(.inspect("s"))])
    return simulation
  }

  @Test func another() {
    var simulation = asking()
    #expect(simulation.on(fresh) == [.sendToAgent(.listServices)])
    #expect(simulation.on(.entry(slow), .entry(entry), .answered(.done)) == [.sendToAgent(.verify(entry))])
    #expect(simulation.on(.entry(entry), .answered(.done)) == [.sendToAgent(.deregister(entry))])
    #expect(simulation.on(.answered(.done)) == [])
    #expect(simulation.confirm(slow, .stopped()) == [.sendToAgent(.deregister(slow))])
  }

  @Test("one that died before the engine is asked is looked for first")
  func before() {
    var simulation = WatcherSimulation.settled(["a", "s"])
    simulation.on(.died("s"), .entry(slow), fresh)
    #expect(simulation.on(.answered(.done)) == [.sendToAgent(.listServices)])
    #expect(simulation.on(.entry(entry), .entry(slow), .answered(.done)) == [.sendToAgent(.verify(entry))])
  }

  @Test("an answer that comes while the agent is busy is asked for again", arguments: [0, 1, 2])
  func answersWhileBusy(steps: Int) {
    var simulation = asking()
    simulation.on(fresh, .entry(slow))
    if steps > 0 { simulation.on(.entry(entry), .answered(.done)) }
    if steps > 1 { simulation.on(.entry(entry), .answered(.done)) }
    #expect(simulation.on(.inspected(.stopped())) == [])
    if steps == 0 {
      #expect(simulation.on(.entry(entry), .answered(.done)) == [.sendToAgent(.verify(entry))])
    }
    if steps < 2 { simulation.on(.entry(entry), .answered(.done)) }
    #expect(simulation.on(.answered(.done)) == [.sendToEngine(.inspect("s"))])
    #expect(simulation.confirm(slow, .stopped()) == [.sendToAgent(.deregister(slow))])
  }

  @Test("nor does it hold up the next look at one that couldn't be verified")
  func lookedAtAnew() {
    var simulation = asking()
    simulation.on(.died("a", age: .zero))
    simulation.on(.entry(slow), .entry(entry), .answered(.done))
    #expect(simulation.on(.answered(.unknown)) == [])
    let before = simulation.now
    #expect(simulation.wait() == [.sendToAgent(.listServices)])
    #expect(simulation.now - before == .milliseconds(100))
  }

  @Test("what it couldn't tell of a container doesn't hold up the end of that one either")
  func untoldThenDead() {
    var simulation = asking()
    simulation.on(.engineRequestFailed("500: no"))
    #expect(simulation.on(.died("s")) == [.sendToAgent(.listServices)])
    #expect(simulation.on(.entry(slow), .answered(.done)) == [.sendToEngine(.inspect("s"))])
  }

  @Test("one that it hangs over is asked about again after a second")
  func hangs() {
    var simulation = asking()
    #expect(simulation.wait() == [.cancelEngineRequest])
    let before = simulation.now
    #expect(simulation.wait() == [.sendToAgent(.listServices)])
    #expect(simulation.now - before == .seconds(1))
    #expect(simulation.on(.entry(slow), .answered(.done)) == [.sendToEngine(.inspect("s"))])
  }

  @Test("and no sooner, whatever else is looked at")
  func hangsAndOthersDie() {
    var simulation = asking()
    #expect(simulation.wait() == [.cancelEngineRequest])
    #expect(simulation.on(.died("a")) == [.sendToAgent(.listServices)])
    #expect(simulation.on(.entry(slow), .answered(.done)) == [])
    let before = simulation.now
    #expect(simulation.wait() == [.sendToAgent(.listServices)])
    #expect(simulation.now - before == .seconds(1))
    #expect(simulation.on(.entry(slow), .answered(.done)) == [.sendToEngine(.inspect("s"))])
  }
}
