import Testing
import WrapperCore

@Suite("Keeping it true")
struct HeartbeatTests {
  @Test(
    "A beat comes after a third of the TTL, at most a tenth earlier, and never without a probe",
    arguments: [(15, 0, 4_500), (15, 500, 4_750), (15, 1_000, 5_000), (3, 0, 900), (3, 1_000, 1_000)])
  func beat(ttl: Int, jitter: Int, pause: Int) {
    var story = Story.registered(Plan(ttl: .seconds(ttl), jitter: jitter))
    for _ in 0..<3 {
      #expect(story.timeLeft == .milliseconds(pause))
      #expect(story.wait() == [.probe])
      #expect(story.on(.probed(.accepting)) == [.send([.alive, .ready(.accepting)])])
      story.play(.answered(.done), .answered(.done))
    }
  }

  @Test("The beat carries what the probe says, and a change is told once")
  func health() {
    var story = Story.registered()
    story.wait()
    let sick = Health.failing(refused)
    #expect(story.on(.probed(sick)) == [.log(.healthChanged(sick)), .send([.alive, .ready(sick)])])
    story.play(.answered(.done), .answered(.done))
    story.wait()
    #expect(story.on(.probed(sick)) == [.send([.alive, .ready(sick)])])
    story.play(.answered(.done), .answered(.done))
    story.wait()
    #expect(
      story.on(.probed(.accepting))
        == [.log(.healthChanged(.accepting)), .send([.alive, .ready(.accepting)])])
  }

  @Test("A probe that hangs makes *ready* critical, and *alive* goes on")
  func hangingProbe() {
    var story = Story.registered()
    story.wait()
    #expect(story.timeLeft == .seconds(1))
    let hangs = Health.failing(110)
    #expect(
      story.wait() == [.cancelProbe, .log(.healthChanged(hangs)), .send([.alive, .ready(hangs)])])
  }

  @Test("A registration without checks is compared with the agent's every 30 s")
  func comparison() {
    var story = Story.registered(Plan(ttl: nil, jitter: 1_000))
    #expect(story.timeLeft == .seconds(30))
    #expect(story.wait() == [.probe])
    #expect(story.on(.probed(.accepting)) == [.send([.inspect])])
    #expect(story.on(.answered(.done)) == [.disconnect])
    story.wait()
    story.on(.probed(.accepting))
    #expect(story.on(.answered(.unknown)) == [.disconnect, .send([.register(.accepting)])])
    #expect(story.on(.answered(.done)).last.isRegisteredAgain)
  }

  @Test("An agent that forgot us is told again at once")
  func forgotten() {
    var story = Story.registered()
    story.wait()
    story.on(.probed(.accepting))
    #expect(story.on(.answered(.unknown)) == [])
    #expect(story.on(.answered(.unknown)) == [.disconnect, .registration()])
    story.play(.answered(.done), .answered(.done))
    #expect(story.on(.answered(.done)).last.isRegisteredAgain)
  }

  @Test("A check that somebody took out is put back at once")
  func forgottenCheck() {
    var story = Story.registered()
    story.wait()
    story.play(.probed(.accepting), .answered(.done))
    #expect(story.on(.answered(.unknown)) == [.disconnect, .registration()])
  }

  @Test("An agent that forgets right after registering isn't hammered")
  func forgetful() {
    var story = Story.registering()
    story.play(.answered(.done), .answered(.unknown))
    let failed = Failure.failing("it forgot the registration at once")
    #expect(
      story.on(.answered(.unknown)) == [.disconnect, .log(.consulFailed(failed, registered: true))])
    #expect(story.timeLeft == .milliseconds(50))
    #expect(story.wait() == [.probe])
    #expect(story.on(.probed(.accepting)) == [.registration()])
    story.play(.answered(.done), .answered(.unknown))
    #expect(story.on(.answered(.unknown)) == [.disconnect])
    #expect(story.timeLeft == .milliseconds(100))
  }

  @Test("What took a registration once isn't left alone for a minute when it denies the next")
  func forgetsAndDenies() {
    var story = Story.registering(Plan(probes: false))
    story.play(.answered(.done), .answered(.unknown), .answered(.unknown))
    story.wait()
    story.on(.answered(.denied("ACL")))
    #expect(story.timeLeft == .milliseconds(100))
  }
}

extension Effect? {
  fileprivate var isRegisteredAgain: Bool {
    if case .log(.registered(.again, _))? = self { return true }
    return false
  }
}
