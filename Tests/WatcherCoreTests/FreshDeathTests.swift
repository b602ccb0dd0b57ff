import Testing

@testable import WatcherCore

@Suite("A death that was just heard needs no word of the engine's")
struct FreshDeathTests {
  let entry = Entry(id: "redis-a-6379", container: "a")
  static let fresh = WatchEvent.died("a", age: .milliseconds(5))

  @Test func killed() {
    var scene = Scene.settled(["a"])
    #expect(scene.tell(Self.fresh) == [.send(.look)])
    #expect(scene.tell(.entry(entry), .answered(.done)) == [.send(.verify(entry))])
    #expect(scene.tell(.entry(entry), .answered(.done)) == [.send(.deregister(entry))])
    #expect(scene.tell(.answered(.done)) == [])
    #expect(scene.takeNotices().last == .removed(entry))
  }

  @Test func eachServiceOfItIsVerifiedByItself() {
    var scene = Scene.settled(["a"])
    let other = Entry(id: "redis-a-6380", container: "a")
    scene.tell(Self.fresh, .entry(entry), .entry(other), .answered(.done))
    scene.tell(.entry(entry), .answered(.done))
    #expect(scene.tell(.answered(.done)) == [.send(.verify(other))])
  }

  @Test("not where it is heard so late that the next life may run", arguments: [40, 41, 5000])
  func heardLate(age: Int) {
    var scene = Scene.settled(["a"])
    scene.tell(.died("a", age: .milliseconds(age)), .entry(entry))
    #expect(scene.tell(.answered(.done)) == [.ask(.inspect("a"))])
  }

  @Test("nor where the agent took so long to tell whose the entries are", arguments: [54, 55])
  func lookedLate(took: Int) {
    var scene = Scene.settled(["a"])
    scene.tell(Self.fresh, .entry(entry))
    scene.now += .milliseconds(took)
    #expect(scene.tell(.answered(.done)) == [took < 55 ? .send(.verify(entry)) : .ask(.inspect("a"))])
  }

  @Test("nor to verify it: then the engine is asked after all", arguments: [54, 55])
  func verifiedLate(took: Int) {
    var scene = Scene.settled(["a"])
    scene.tell(Self.fresh, .entry(entry), .answered(.done), .entry(entry))
    scene.now += .milliseconds(took)
    let done = scene.tell(.answered(.done))
    if took < 55 { return #expect(done == [.send(.deregister(entry))]) }
    #expect(done == [])
    #expect(scene.wait() == [.send(.look)])
    #expect(scene.tell(.entry(entry), .answered(.done)) == [.ask(.inspect("a"))])
    #expect(scene.confirm(entry, .stopped) == [.send(.deregister(entry))])
  }

  @Test("what the engine says after that holds as long as it always did")
  func theEnginesWordHolds() {
    var scene = Scene.settled(["a"])
    scene.tell(Self.fresh, .entry(entry), .answered(.done), .answered(.unknown))
    scene.wait()
    scene.tell(.entry(entry), .answered(.done))
    scene.tell(.inspected(.stopped), .entry(entry))
    scene.now += .milliseconds(500)
    #expect(scene.tell(.answered(.done)) == [.send(.deregister(entry))])
  }

  @Test("a start of the same container, heard while the agent looks or verifies, is the end of it")
  func started() {
    var scene = Scene.settled(["a"])
    scene.tell(Self.fresh, .entry(entry), .started("a"))
    #expect(scene.tell(.answered(.done)) == [.ask(.inspect("a"))])
    scene = Scene.settled(["a"])
    scene.tell(Self.fresh, .entry(entry), .answered(.done), .started("a"), .entry(entry))
    #expect(scene.tell(.answered(.done)) == [])
  }

  @Test("where no start would be heard of, the engine is asked")
  func streamLost() {
    var scene = Scene.settled(["a"])
    scene.tell(Self.fresh, .entry(entry), .streamLost("gone"))
    #expect(scene.tell(.answered(.done)) == [.ask(.inspect("a"))])
  }

  @Test("the entry is another's by then")
  func anotherHasTheID() {
    var scene = Scene.settled(["a"])
    scene.tell(Self.fresh, .entry(entry), .answered(.done), .entry(Entry(id: entry.id, container: "b")))
    #expect(scene.tell(.answered(.done)) == [])
  }
}

@Suite("What the engine is slow to tell of one container holds up no other that died")
struct BesideAQuestionTests {
  let slow = Entry(id: "web-s-80", container: "s")
  let entry = Entry(id: "redis-a-6379", container: "a")
  let fresh = WatchEvent.died("a", age: .milliseconds(5))

  /// The engine is asked about one whose death was heard late.
  func asking() -> Scene {
    var scene = Scene.settled(["a", "s"])
    scene.tell(.died("s"), .entry(slow))
    #expect(scene.tell(.answered(.done)) == [.ask(.inspect("s"))])
    return scene
  }

  @Test func another() {
    var scene = asking()
    #expect(scene.tell(fresh) == [.send(.look)])
    #expect(scene.tell(.entry(slow), .entry(entry), .answered(.done)) == [.send(.verify(entry))])
    #expect(scene.tell(.entry(entry), .answered(.done)) == [.send(.deregister(entry))])
    #expect(scene.tell(.answered(.done)) == [])
    #expect(scene.confirm(slow, .stopped) == [.send(.deregister(slow))])
  }

  @Test("one that died before the engine is asked is looked for first")
  func before() {
    var scene = Scene.settled(["a", "s"])
    scene.tell(.died("s"), .entry(slow), fresh)
    #expect(scene.tell(.answered(.done)) == [.send(.look)])
    #expect(scene.tell(.entry(entry), .entry(slow), .answered(.done)) == [.send(.verify(entry))])
  }

  @Test("an answer that comes while the agent is busy is asked for again", arguments: [0, 1, 2])
  func answersWhileBusy(steps: Int) {
    var scene = asking()
    scene.tell(fresh, .entry(slow))
    if steps > 0 { scene.tell(.entry(entry), .answered(.done)) }
    if steps > 1 { scene.tell(.entry(entry), .answered(.done)) }
    #expect(scene.tell(.inspected(.stopped)) == [])
    if steps == 0 { #expect(scene.tell(.entry(entry), .answered(.done)) == [.send(.verify(entry))]) }
    if steps < 2 { scene.tell(.entry(entry), .answered(.done)) }
    #expect(scene.tell(.answered(.done)) == [.ask(.inspect("s"))])
    #expect(scene.confirm(slow, .stopped) == [.send(.deregister(slow))])
  }

  @Test("nor does it hold up the next look at one that couldn't be verified")
  func lookedAtAnew() {
    var scene = asking()
    scene.tell(.died("a", age: .zero))
    scene.tell(.entry(slow), .entry(entry), .answered(.done))
    #expect(scene.tell(.answered(.unknown)) == [])
    let before = scene.now
    #expect(scene.wait() == [.send(.look)])
    #expect(scene.now - before == .milliseconds(100))
  }

  @Test("what it couldn't tell of a container doesn't hold up the end of that one either")
  func untoldThenDead() {
    var scene = asking()
    scene.tell(.inspected(.untold("500: no")))
    #expect(scene.tell(.died("s")) == [.send(.look)])
    #expect(scene.tell(.entry(slow), .answered(.done)) == [.ask(.inspect("s"))])
  }

  @Test("one that it hangs over is asked about again after a second")
  func hangs() {
    var scene = asking()
    #expect(scene.wait() == [.dropQuery])
    let before = scene.now
    #expect(scene.wait() == [.send(.look)])
    #expect(scene.now - before == .seconds(1))
    #expect(scene.tell(.entry(slow), .answered(.done)) == [.ask(.inspect("s"))])
  }

  @Test("and no sooner, whatever else is looked at")
  func hangsAndOthersDie() {
    var scene = asking()
    #expect(scene.wait() == [.dropQuery])
    #expect(scene.tell(.died("a")) == [.send(.look)])
    #expect(scene.tell(.entry(slow), .answered(.done)) == [])
    let before = scene.now
    #expect(scene.wait() == [.send(.look)])
    #expect(scene.now - before == .seconds(1))
    #expect(scene.tell(.entry(slow), .answered(.done)) == [.ask(.inspect("s"))])
  }
}
