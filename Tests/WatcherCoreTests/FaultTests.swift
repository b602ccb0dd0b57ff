import Testing

@testable import WatcherCore

@Suite("What happens to the engine, to the agent and to us")
struct FaultTests {
  let entry = Entry(id: "redis-a-6379", container: "a")

  @Test func anEngineThatIsAwayIsToldOnceAndTriedAtMostEveryTwoSeconds() {
    var scene = Scene(WatchPlan(registers: false))
    var pauses: [Duration] = []
    for _ in 0..<8 {
      scene.tell(.elapsed)
      let before = scene.now
      #expect(scene.tell(.streamLost("No such file or directory")) == [.unsubscribe])
      scene.wait()
      pauses.append(scene.now - before)
    }
    #expect(pauses == [100, 200, 400, 800, 1600, 2000, 2000, 2000].map { .milliseconds($0) })
    #expect(scene.notices == [.engineAway("No such file or directory")])
    scene.tell(.subscribed, .listEnded)
    #expect(scene.takeNotices().last == .watching(running: 0))
  }

  @Test func whatDiedWhileTheEngineWasAwayIsFoundByTheList() {
    var scene = Scene.settled(["a"])
    #expect(scene.tell(.streamLost("it ended the stream")) == [.unsubscribe])
    #expect(scene.wait() == [.subscribe])
    #expect(scene.tell(.subscribed) == [.ask(.list)])
    #expect(scene.tell(.listEnded) == [.send(.look)])
    #expect(scene.tell(.entry(entry), .answered(.done)) == [.ask(.inspect("a"))])
  }

  @Test("an engine that has just come back is asked once more: it finds out late who died without it")
  func asksAgainSoonAfterItsReturn() {
    var scene = Scene(WatchPlan(registers: false))
    scene.tell(.elapsed, .subscribed, .listed("a"), .listEnded, .answered(.done))
    #expect(scene.waitsForList() == .seconds(3))
    scene.tell(.listed("a"), .listEnded, .answered(.done))
    #expect(scene.waitsForList() == .seconds(60))
  }

  @Test("Docker's list has a container for some time after its death")
  func listedAlthoughDead() {
    var scene = Scene.settled(["a"])
    scene.tell(.died("a", age: .zero), .answered(.done), .missed, .listed("a"), .listEnded, .answered(.done))
    #expect(scene.waitsForList() == .seconds(3))
  }

  @Test func nothingIsComparedBeforeTheList() {
    var scene = Scene(WatchPlan())
    scene.tell(.elapsed, .subscribed)
    #expect(scene.tell(.died("a"), .started("b")) == [])
  }

  @Test func anEngineThatIsLostWhileItIsAskedIsNoReasonToRemove() {
    var scene = Scene.settled(["a"])
    scene.tell(.died("a"), .entry(entry), .answered(.done))
    #expect(scene.tell(.queryLost("Connection reset by peer")) == [.dropQuery, .unsubscribe])
    #expect(scene.tell(.inspected(.stopped)) == [])
  }

  @Test(
    "a stream that ends meanwhile would tell of no start: only an answer at once is taken",
    arguments: [true, false])
  func streamLostBeforeTheDeregistration(isAtOnce: Bool) {
    var scene = Scene.settled(["a"])
    scene.tell(.died("a"), .entry(entry), .answered(.done), .inspected(.stopped), .streamLost("gone"))
    scene.now += .milliseconds(isAtOnce ? 20 : 200)
    scene.tell(.entry(entry))
    #expect(scene.tell(.answered(.done)).contains(.send(.deregister(entry))) == isAtOnce)
  }

  @Test("an engine that is lost after it said that a container is dead has said nothing")
  func lostBeforeTheDeregistration() {
    var scene = Scene.settled(["a"])
    scene.tell(.died("a"), .entry(entry), .answered(.done), .inspected(.stopped))
    scene.tell(.missed, .queryLost("gone"), .entry(entry))
    #expect(!scene.tell(.answered(.done)).contains(.send(.deregister(entry))))
    scene.wait()
    scene.tell(.subscribed, .listed("a"))
    #expect(!scene.tell(.listEnded).contains(.send(.deregister(entry))))
  }

  @Test func hungEngine() {
    var scene = Scene(WatchPlan())
    scene.tell(.elapsed)
    #expect(scene.wait() == [.unsubscribe])
    scene.wait()
    scene.tell(.subscribed)
    #expect(scene.wait() == [.dropQuery, .unsubscribe])
  }

  @Test func hungAgent() {
    var scene = Scene.watching()
    #expect(scene.wait() == [.dropRequest])
    #expect(scene.takeNotices().last == .agentAway("no answer"))
    #expect(scene.wait() == [.send(.look)])
    scene.tell(.answered(.done))
    #expect(scene.takeNotices() == [.agentAnswers])
  }

  @Test func whatDiedWhileTheAgentWasAwayIsTakenOutWhenItIsBack() {
    var scene = Scene.settled(["a"])
    scene.tell(.died("a"))
    for _ in 0..<10 {
      #expect(scene.tell(.requestLost("Connection refused")) == [.dropRequest])
      let before = scene.now
      #expect(scene.wait() == [.send(.look)])
      #expect(scene.now - before <= .seconds(2))
    }
    scene.tell(.entry(entry), .answered(.done))
    #expect(scene.confirm(entry, .stopped) == [.send(.deregister(entry))])
    #expect(scene.takeNotices().filter { $0 == .agentAway("Connection refused") }.count == 1)
  }

  @Test("a deregistration whose answer is lost is begun anew, with a look")
  func lostAnswer() {
    var scene = Scene.settled(["a"])
    scene.tell(.died("a"), .entry(entry), .answered(.done))
    scene.confirm(entry, .stopped)
    #expect(scene.tell(.requestLost("closed")) == [.dropRequest])
    #expect(scene.wait() == [.send(.look)])
  }

  @Test("what is missed is found every minute")
  func everyMinute() {
    var scene = Scene.settled(["a"])
    let before = scene.now
    #expect(scene.wait() == [.send(.look), .ask(.list)])
    #expect(scene.now - before <= .seconds(60))
  }

  @Test("a list that is due waits until a stream that is gone is back, and isn't waited for in circles")
  func listOfAStreamThatIsGone() {
    var scene = Scene.watching(["a"])
    scene.tell(.streamLost("closed"))
    scene.now += .seconds(3)
    scene.watch.nextList = scene.now
    #expect(scene.tell(.elapsed) == [])
    #expect(scene.watch.timeLeft(at: scene.now).map { $0 > .zero } == true)
    #expect(scene.tell(.answered(.done)).contains(.unsubscribe))
  }

  @Test func aLineThatCantBeReadIsAReasonToList() {
    var scene = Scene.settled()
    #expect(scene.tell(.missed) == [.ask(.list)])
  }

  @Test("ten thousand deaths in a burst are one more comparison")
  func burst() {
    var scene = Scene.settled()
    var looks = 0
    for number in 0..<10_000 {
      looks += scene.tell(.started("\(number)"), .died("\(number)")).filter { $0 == .send(.look) }.count
    }
    #expect(looks == 1)
    #expect(scene.watch.running.isEmpty)
    #expect(scene.tell(.answered(.done)) == [.send(.look)])
  }

  @Test func aStopEndsItAtOnceAndLeavesWhatIsRegistered() {
    var scene = Scene.settled()
    scene.tell(.died("a"))
    #expect(scene.tell(.stop) == [.dropRequest, .exit])
  }

  @Test("a container that the engine can't tell of holds up no other")
  func untold() {
    var scene = Scene.settled(["a", "b"])
    let other = Entry(id: "web-b-80", container: "b")
    scene.tell(.died("a"), .died("b"), .answered(.done), .entry(entry), .entry(other), .answered(.done))
    #expect(scene.tell(.inspected(.untold("500: no"))) == [.ask(.inspect("b"))])
    #expect(scene.confirm(other, .stopped) == [.send(.deregister(other))])
    #expect(scene.takeNotices().contains(.untold(container: "a", "500: no")))
    scene.tell(.answered(.done))
    let before = scene.now
    #expect(scene.wait() == [.send(.look)])
    #expect(scene.now - before <= .seconds(5))
    scene.tell(.entry(entry), .answered(.done), .inspected(.untold("500: no")))
    #expect(scene.takeNotices() == [.removed(other)])
  }

  @Test func aContainerThatTheEngineHangsOverIsGivenUpAlone() {
    var scene = Scene.settled(["a"])
    scene.tell(.died("a"), .entry(entry), .answered(.done))
    #expect(scene.wait() == [.dropQuery])
    #expect(scene.takeNotices().last == .untold(container: "a", "no answer"))
  }

  @Test(
    "a stream that ends as soon as it has begun is told of three times at most, and tried at most every two seconds"
  )
  func flapping() {
    var scene = Scene(WatchPlan(registers: false))
    scene.tell(.elapsed)
    for _ in 0..<10 {
      scene.tell(.subscribed, .listEnded, .answered(.done))
      scene.tell(.streamLost("it ended the stream"))
      let before = scene.now
      while scene.wait() != [.subscribe] {}
      #expect(scene.now - before >= .milliseconds(100))
    }
    #expect(scene.takeNotices().filter { $0 == .engineAway("it ended the stream") }.count <= 3)
    let before = scene.now
    scene.tell(.streamLost("it ended the stream"))
    while scene.wait() != [.subscribe] {}
    #expect(scene.now - before == .seconds(2))
  }
}
