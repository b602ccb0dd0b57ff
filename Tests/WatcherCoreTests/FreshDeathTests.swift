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

  @Test("not if the event is so late that the container may run again", arguments: [40, 41, 5000])
  func eventIsLate(age: Int) {
    var simulation = WatcherSimulation.settled(["a"])
    simulation.on(.died("a", age: .milliseconds(age)), .entry(entry))
    #expect(simulation.on(.answered(.done)) == [.sendToEngine(.inspect("a"))])
  }

  @Test("nor if the agent's list took too long", arguments: [54, 55])
  func listIsLate(took: Int) {
    var simulation = WatcherSimulation.settled(["a"])
    simulation.on(Self.freshDeath, .entry(entry))
    simulation.now += .milliseconds(took)
    #expect(
      simulation.on(.answered(.done)) == [
        took < 55 ? .sendToAgent(.verify(entry)) : .sendToEngine(.inspect("a"))
      ])
  }

  @Test(
    "nor if the verification took too long: then the container is inspected after all", arguments: [54, 55])
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

  @Test("an inspect's answer after that counts as long as ever")
  func inspectCountsAsEver() {
    var simulation = WatcherSimulation.settled(["a"])
    simulation.on(Self.freshDeath, .entry(entry), .answered(.done), .answered(.unknown))
    simulation.wait()
    simulation.on(.entry(entry), .answered(.done))
    simulation.on(.inspected(.stopped()), .entry(entry))
    simulation.now += .milliseconds(500)
    #expect(simulation.on(.answered(.done)) == [.sendToAgent(.deregister(entry))])
  }

  @Test("a start of the container during the list or the verification ends it")
  func started() {
    var simulation = WatcherSimulation.settled(["a"])
    simulation.on(Self.freshDeath, .entry(entry), .started("a"))
    #expect(simulation.on(.answered(.done)) == [.sendToEngine(.inspect("a"))])
    simulation = WatcherSimulation.settled(["a"])
    simulation.on(Self.freshDeath, .entry(entry), .answered(.done), .started("a"), .entry(entry))
    #expect(simulation.on(.answered(.done)) == [])
  }

  @Test("without the stream, which would report a start, the container is inspected")
  func streamLost() {
    var simulation = WatcherSimulation.settled(["a"])
    simulation.on(Self.freshDeath, .entry(entry), .streamLost("gone"))
    #expect(simulation.on(.answered(.done)) == [.sendToEngine(.inspect("a"))])
  }

  @Test("the ID is another container's by then")
  func anotherHasTheID() {
    var simulation = WatcherSimulation.settled(["a"])
    simulation.on(
      Self.freshDeath, .entry(entry), .answered(.done), .entry(AgentEntry(id: entry.id, container: "b")))
    #expect(simulation.on(.answered(.done)) == [])
  }
}

@Suite("A slow inspect of one container delays no other's removal")
struct SlowInspectTests {
  let slow = AgentEntry(id: "web-s-80", container: "s")
  let entry = AgentEntry(id: "redis-a-6379", container: "a")
  let fresh = WatcherEvent.died("a", age: .milliseconds(5))

  /// A container whose die event came late is being inspected.
  func inspecting() -> WatcherSimulation {
    var simulation = WatcherSimulation.settled(["a", "s"])
    simulation.on(.died("s"), .entry(slow))
    #expect(simulation.on(.answered(.done)) == [.sendToEngine(.inspect("s"))])
    return simulation
  }

  @Test func another() {
    var simulation = inspecting()
    #expect(simulation.on(fresh) == [.sendToAgent(.listServices)])
    #expect(simulation.on(.entry(slow), .entry(entry), .answered(.done)) == [.sendToAgent(.verify(entry))])
    #expect(simulation.on(.entry(entry), .answered(.done)) == [.sendToAgent(.deregister(entry))])
    #expect(simulation.on(.answered(.done)) == [])
    #expect(simulation.confirm(slow, .stopped()) == [.sendToAgent(.deregister(slow))])
  }

  @Test("one that died before the inspect is sent is removed first")
  func before() {
    var simulation = WatcherSimulation.settled(["a", "s"])
    simulation.on(.died("s"), .entry(slow), fresh)
    #expect(simulation.on(.answered(.done)) == [.sendToAgent(.listServices)])
    #expect(simulation.on(.entry(entry), .entry(slow), .answered(.done)) == [.sendToAgent(.verify(entry))])
  }

  @Test("an answer that comes while the agent is busy is requested again", arguments: [0, 1, 2])
  func answersWhileBusy(steps: Int) {
    var simulation = inspecting()
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

  @Test("nor does it delay the next comparison after a failed verification")
  func comparedAgain() {
    var simulation = inspecting()
    simulation.on(.died("a", age: .zero))
    simulation.on(.entry(slow), .entry(entry), .answered(.done))
    #expect(simulation.on(.answered(.unknown)) == [])
    let before = simulation.now
    #expect(simulation.wait() == [.sendToAgent(.listServices)])
    #expect(simulation.now - before == .milliseconds(100))
  }

  @Test("a failed inspect doesn't delay the removal after that container's own death")
  func failedThenDead() {
    var simulation = inspecting()
    simulation.on(.engineRequestFailed("500: no"))
    #expect(simulation.on(.died("s")) == [.sendToAgent(.listServices)])
    #expect(simulation.on(.entry(slow), .answered(.done)) == [.sendToEngine(.inspect("s"))])
  }

  @Test("a container whose inspect hangs is inspected again after a second")
  func hangs() {
    var simulation = inspecting()
    #expect(simulation.wait() == [.cancelEngineRequest])
    let before = simulation.now
    #expect(simulation.wait() == [.sendToAgent(.listServices)])
    #expect(simulation.now - before == .seconds(1))
    #expect(simulation.on(.entry(slow), .answered(.done)) == [.sendToEngine(.inspect("s"))])
  }

  @Test("and no sooner, whatever else dies")
  func hangsAndOthersDie() {
    var simulation = inspecting()
    #expect(simulation.wait() == [.cancelEngineRequest])
    #expect(simulation.on(.died("a")) == [.sendToAgent(.listServices)])
    #expect(simulation.on(.entry(slow), .answered(.done)) == [])
    let before = simulation.now
    #expect(simulation.wait() == [.sendToAgent(.listServices)])
    #expect(simulation.now - before == .seconds(1))
    #expect(simulation.on(.entry(slow), .answered(.done)) == [.sendToEngine(.inspect("s"))])
  }
}
