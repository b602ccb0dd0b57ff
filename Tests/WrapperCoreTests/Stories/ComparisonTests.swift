import Testing
import WrapperCore

extension Story {
  /// Registered, and beaten as often as it takes until the agent's entry is compared: that exchange is under way.
  fileprivate static func comparing(_ plan: Plan = Plan(probes: false)) -> (Story, beats: Int) {
    var story = Story.registered(plan)
    for beat in 1...20 {
      if story.wait() == [.send([.inspect, .alive, .ready(.accepting)])] { return (story, beat) }
      story.play(.answered(.done), .answered(.done))
    }
    return (story, 0)
  }
}

@Suite("The agent's entry is compared with ours")
struct ComparisonTests {
  @Test("About every 30 s, with a heartbeat")
  func cadence() {
    var (story, beats) = Story.comparing()
    #expect(beats == 6)
    story.play(.answered(.done), .answered(.done))
    #expect(story.on(.answered(.done)) == [.disconnect])
    #expect(story.wait() == [Effect.checks()])
  }

  @Test("One that somebody has changed is registered again")
  func different() {
    var (story, _) = Story.comparing()
    story.play(.answered(.different), .answered(.done))
    #expect(story.on(.answered(.done)) == [.disconnect, Effect.registration()])
    story.play(.answered(.done), .answered(.done))
    #expect(story.on(.answered(.done)).last.isRenewal)
  }

  @Test(
    "One that another has taken is told of and left to it, not kept alive by us, and not taken out at a stop")
  func taken() {
    var (story, _) = Story.comparing()
    #expect(story.on(.answered(.foreign("another"))) == [.log(.idTaken(by: "another"))])
    story.play(.answered(.done))
    #expect(story.on(.answered(.done)) == [.disconnect])
    #expect(story.wait() == [.send([.inspect])])
    #expect(story.on(.answered(.foreign("another"))) == [.disconnect])
    #expect(story.on(signal: Signal.terminate).contains(.send([.deregister])) == false)
  }

  @Test("A new token is no reason to take it back from the other")
  func takenAndNewToken() {
    var (story, _) = Story.comparing()
    story.play(.answered(.foreign("another")), .answered(.done), .answered(.done))
    #expect(story.wait() == [.send([.inspect])])
    story.play(.outdated, .sent, .lost(.closed))
    #expect(story.wait() == [.send([.inspect])])
  }

  @Test("When the other is gone, we are registered again")
  func takenBack() {
    var (story, _) = Story.comparing()
    story.play(.answered(.foreign("another")), .answered(.done), .answered(.done))
    story.wait()
    #expect(story.on(.answered(.unknown)) == [.disconnect, Effect.registration()])
  }

  @Test("In trouble it isn't: the agent has enough to do")
  func trouble() {
    var story = Story.registered(Plan(probes: false))
    for _ in 0..<12 {
      story.wait()
      story.on(.lost(.closed))
    }
    story.pass(.seconds(60))
    #expect(story.on(.elapsed) == [Effect.checks()])
  }

  @Test("With a new token we are registered again, since the agent keeps the one of the registration")
  func newToken() {
    var story = Story.registered(Plan(probes: false))
    story.wait()
    #expect(story.on(.outdated) == [])
    story.play(.sent, .answered(.done))
    #expect(story.on(.answered(.done)) == [.disconnect, Effect.registration()])
    story.play(.answered(.done), .answered(.done))
    #expect(story.on(.answered(.done)).last.isRenewal)
    #expect(story.wait() == [Effect.checks()])
  }
}

extension Effect? {
  fileprivate var isRenewal: Bool {
    if case .log(.registered(.renewed, _))? = self { return true }
    return false
  }
}
