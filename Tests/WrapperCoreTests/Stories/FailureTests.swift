import Testing
import WrapperCore

/// The pauses, in milliseconds, between one failed registration and the next.
private func pauses(_ plan: Plan, count: Int, failure: Failure = .unreachable(refused)) -> [Int] {
  var story = Story(plan)
  story.start()
  return (0..<count).map { _ in
    story.on(.lost(failure))
    let pause = story.timeLeft ?? .zero
    story.wait()
    return Int(pause / .milliseconds(1))
  }
}

@Suite("When Consul fails")
struct FailureTests {
  @Test("Pauses double from 100 ms up to a third of the TTL or 5 s, and lie in their upper half")
  func backoff() {
    let early = Plan(probes: false, jitter: 0)
    #expect(pauses(early, count: 9) == [50, 100, 200, 400, 800, 1_600, 2_500, 2_500, 2_500])
    let late = Plan(probes: false, jitter: 1_000)
    #expect(pauses(late, count: 9) == [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000])
    let middle = Plan(probes: false, jitter: 500)
    #expect(pauses(middle, count: 8) == [75, 150, 300, 600, 1_200, 2_400, 3_750, 3_750])
    let short = Plan(probes: false, ttl: .seconds(6), jitter: 1_000)
    #expect(pauses(short, count: 7) == [100, 200, 400, 800, 1_600, 2_000, 2_000])
    let long = Plan(probes: false, ttl: .seconds(60), jitter: 1_000)
    #expect(pauses(long, count: 8).suffix(2) == [5_000, 5_000])
  }

  @Test("An answer begins the doubling anew")
  func backoffStartsAnew() {
    var story = Story(Plan(probes: false))
    story.start()
    for _ in 0..<4 {
      story.on(.lost(.closed))
      story.wait()
    }
    story.play(.answered(.done), .answered(.done), .answered(.done))
    story.wait()
    story.on(.lost(.closed))
    #expect(story.timeLeft == .milliseconds(50))
  }

  @Test(
    "A port that closes while the registration is in doubt is told by its check, which a registration wouldn't change",
    arguments: [Answer.done, .unknown])
  func closesInDoubt(answer: Answer) {
    var story = Story.registering()
    story.on(.lost(.closed))
    story.wait()
    #expect(story.on(.probed(.failing(refused))).contains(.send([.ready(.failing(refused))])))
    #expect(story.on(.answered(answer)).contains(.registration(.failing(refused))))
  }

  @Test("In doubt, a port that accepts is registered again")
  func acceptsInDoubt() {
    var story = Story.registering()
    story.on(.lost(.closed))
    story.wait()
    #expect(story.on(.probed(.accepting)) == [.registration()])
  }

  @Test("One condition is told once, another one again, and the answer that ends it too")
  func toldOnce() {
    var story = Story.registered(Plan(probes: false))
    story.wait()
    let down = Failure.unreachable(refused)
    #expect(story.on(.lost(down)) == [.disconnect, .log(.consulFailed(down, registered: true))])
    story.wait()
    #expect(story.on(.lost(down)) == [.disconnect])
    story.wait()
    #expect(
      story.on(.lost(.timedOut)) == [.disconnect, .log(.consulFailed(.timedOut, registered: true))])
    story.wait()
    story.on(.answered(.done))
    #expect(story.on(.answered(.done)) == [.disconnect, .log(.consulAnswers)])
    story.wait()
    story.on(.answered(.done))
    #expect(story.on(.answered(.done)) == [.disconnect])
  }

  @Test("An internal error is one condition, whatever its text")
  func sameInternalError() {
    var story = Story.registered(Plan(ttl: nil))
    story.wait()
    story.on(.probed(.accepting))
    #expect(story.on(.answered(.failing("id 1"))).count == 2)
    story.wait()
    story.on(.probed(.accepting))
    #expect(story.on(.answered(.failing("id 2"))) == [.disconnect])
  }

  @Test(
    "A refusal is told once and tried again after a minute: waiting won't mend it",
    arguments: [(Answer.denied("ACL"), Failure.denied("ACL")), (.rejected("bad"), .rejected("bad"))])
  func refusal(answer: Answer, failure: Failure) {
    var story = Story(Plan(probes: false, jitter: 1_000))
    story.start()
    let told = Effect.log(.consulFailed(failure, registered: false))
    #expect(story.on(answered(answer)) == [.disconnect, told])
    #expect(story.timeLeft == .seconds(60))
    #expect(story.wait() == [.registration()])
    #expect(story.on(answered(answer)) == [.disconnect])
    #expect(story.timeLeft == .seconds(60))
  }

  private func answered(_ answer: Answer) -> Event { .answered(answer) }

  @Test(
    "A refusal of what once worked may pass: an agent that restarts under ACLs denies everybody at first",
    arguments: [(Answer.denied("ACL"), Failure.denied("ACL")), (.rejected("bad"), .rejected("bad"))])
  func passingRefusal(answer: Answer, failure: Failure) {
    var story = Story.registered(Plan(probes: false))
    story.wait()
    story.on(answered(answer))
    let told = Effect.log(.consulFailed(failure, registered: true))
    #expect(story.on(answered(answer)) == [.disconnect, told])
    #expect(story.timeLeft == .milliseconds(50))
    #expect(story.wait() == [Effect.checks()])
    story.on(answered(answer))
    #expect(story.on(answered(answer)) == [.disconnect])
    #expect(story.timeLeft == .milliseconds(100))
  }

  @Test(
    "Checks that aren't answered are given up in time for another beat within the TTL",
    arguments: [(15, 4_500), (3, 900), (60, 10_000)])
  func unansweredChecks(ttl: Int, given: Int) {
    var story = Story.registered(Plan(probes: false, ttl: .seconds(ttl)))
    story.wait()
    #expect(story.timeLeft == .milliseconds(given))
    #expect(
      story.wait() == [.disconnect, .log(.consulFailed(.timedOut, registered: true))])
  }

  @Test("Each answer gives the next one its own time")
  func timeForEach() {
    var story = Story.registered(Plan(probes: false))
    story.wait()
    story.on(.sent)
    story.on(.answered(.done), after: .seconds(4))
    #expect(story.timeLeft == .milliseconds(4_500))
  }

  @Test("An unanswered registration isn't repeated on another connection for a minute")
  func unansweredRegistration() {
    var story = Story.registering()
    #expect(story.timeLeft == .seconds(60))
    #expect(story.wait().first == .disconnect)
  }

  @Test("Once the registration itself is answered, its checks are given up as any others")
  func unansweredChecksOfARegistration() {
    var story = Story.registering()
    story.on(.answered(.done))
    #expect(story.timeLeft == .milliseconds(4_500))
  }

  @Test(
    "A success that says something where nothing was asked is a success, and no reason to ask again at once",
    arguments: [Answer.different, .foreign("another")])
  func talkative(answer: Answer) {
    var story = Story.registering()
    #expect(story.on(answered(answer)) == [Effect.checks()])
    story.on(answered(answer))
    let registered = Notice.registered(.first, after: .zero)
    #expect(story.on(answered(answer)) == [.disconnect, .log(registered)])
    #expect(story.timeLeft == .milliseconds(4_500))
    story.on(signal: Signal.terminate)
    #expect(story.on(answered(answer)).suffix(2) == Effect.stop(Signal.terminate))
  }

  @Test("What never reached the agent isn't waited for, drained, taken out or called left behind")
  func neverSent() {
    var story = Story(Plan(probes: false, drain: .seconds(4)))
    story.start()
    let down = Failure.unreachable(refused)
    #expect(story.on(.lost(down)) == [.disconnect, .log(.consulFailed(down, registered: false))])
    let now = Notice.stopping(signal: Signal.terminate, .notRegistered, drain: .zero)
    #expect(story.on(signal: Signal.terminate) == [.log(now)] + Effect.stop(Signal.terminate))
    #expect(story.on(.ended(.exited(7))) == [.log(.ended(.exited(7))), .exit(7)])
  }

  @Test("What was registered before stays so when the agent can't be reached any more")
  func unreachableLater() {
    var story = Story.registered()
    story.wait()
    let down = Failure.unreachable(refused)
    story.on(.probed(.accepting))
    #expect(story.on(.lost(down)) == [.disconnect, .log(.consulFailed(down, registered: true))])
    #expect(story.on(signal: Signal.terminate).first == .send([.deregister]))

    var answered = Story.registering()
    answered.play(.answered(.done), .lost(down))
    #expect(answered.on(signal: Signal.terminate).first == .send([.deregister]))
  }

  @Test("A registration whose checks failed at first is told as soon as they pass")
  func toldLate() {
    var story = Story.registering()
    story.play(.answered(.done), .lost(.closed))
    story.wait()
    story.play(.probed(.accepting), .answered(.done))
    let registered = Notice.registered(.first, after: .milliseconds(50))
    #expect(story.on(.answered(.done)) == [.disconnect, .log(registered)])
    story.wait()
    story.play(.probed(.accepting), .answered(.done))
    #expect(story.on(.answered(.done)) == [.disconnect])
  }

  @Test("One that wasn't told yet when the token changed is told as the first")
  func renewedBeforeTold() {
    var story = Story.registering(Plan(probes: false))
    story.play(.answered(.done), .lost(.closed), .outdated)
    #expect(story.wait() == [.registration()])
    story.play(.answered(.done), .answered(.done))
    let registered = Notice.registered(.first, after: .milliseconds(50))
    #expect(story.on(.answered(.done)) == [.disconnect, .log(registered)])
  }

  @Test("A process that becomes ready while Consul is being left alone doesn't wait for the pause")
  func readyDuringThePause() {
    var story = Story()
    story.start()
    story.on(.answered(.denied("ACL")))
    #expect(story.on(.probed(.accepting)) == [.registration()])
  }
}
