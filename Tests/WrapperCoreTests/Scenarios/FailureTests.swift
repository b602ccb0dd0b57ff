import Testing
import WrapperCore

/// The pauses, in milliseconds, between one failed registration and the next.
private func pauses(_ policy: Policy, count: Int, failure: Failure = .unreachable(refused)) -> [Int] {
  var simulation = Simulation(policy)
  simulation.start()
  return (0..<count).map { _ in
    simulation.on(.lost(failure))
    let pause = simulation.timeLeft ?? .zero
    simulation.wait()
    return Int(pause / .milliseconds(1))
  }
}

@Suite("When Consul fails")
struct FailureTests {
  @Test("Pauses double from 100 ms up to a third of the TTL or 5 s, and lie in their upper half")
  func backoff() {
    let early = Policy(probes: false, jitter: 0)
    #expect(pauses(early, count: 9) == [50, 100, 200, 400, 800, 1_600, 2_500, 2_500, 2_500])
    let late = Policy(probes: false, jitter: 1_000)
    #expect(pauses(late, count: 9) == [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000])
    let middle = Policy(probes: false, jitter: 500)
    #expect(pauses(middle, count: 8) == [75, 150, 300, 600, 1_200, 2_400, 3_750, 3_750])
    let short = Policy(probes: false, ttl: .seconds(6), jitter: 1_000)
    #expect(pauses(short, count: 7) == [100, 200, 400, 800, 1_600, 2_000, 2_000])
    let long = Policy(probes: false, ttl: .seconds(60), jitter: 1_000)
    #expect(pauses(long, count: 8).suffix(2) == [5_000, 5_000])
  }

  @Test("An answer begins the doubling anew")
  func backoffStartsAnew() {
    var simulation = Simulation(Policy(probes: false))
    simulation.start()
    for _ in 0..<4 {
      simulation.on(.lost(.closed))
      simulation.wait()
    }
    simulation.play(.answered(.done), .answered(.done), .answered(.done))
    simulation.wait()
    simulation.on(.lost(.closed))
    #expect(simulation.timeLeft == .milliseconds(50))
  }

  @Test(
    "A port that closes while the registration is in doubt is told by its check, which a registration wouldn't change",
    arguments: [ServiceAnswer.done, .unknown])
  func closesInDoubt(answer: ServiceAnswer) {
    var simulation = Simulation.registering()
    simulation.on(.lost(.closed))
    simulation.wait()
    #expect(simulation.on(.probed(.failing(refused))).contains(.send([.ready(.failing(refused))])))
    #expect(simulation.on(.answered(answer)).contains(.registration(.failing(refused))))
  }

  @Test("In doubt, a port that accepts is registered again")
  func acceptsInDoubt() {
    var simulation = Simulation.registering()
    simulation.on(.lost(.closed))
    simulation.wait()
    #expect(simulation.on(.probed(.accepting)) == [.registration()])
  }

  @Test("One condition is told once, another one again, and the answer that ends it too")
  func toldOnce() {
    var simulation = Simulation.registered(Policy(probes: false))
    simulation.wait()
    let down = Failure.unreachable(refused)
    #expect(simulation.on(.lost(down)) == [.disconnect, .log(.consulFailed(down, registered: true))])
    simulation.wait()
    #expect(simulation.on(.lost(down)) == [.disconnect])
    simulation.wait()
    #expect(
      simulation.on(.lost(.timedOut)) == [.disconnect, .log(.consulFailed(.timedOut, registered: true))])
    simulation.wait()
    simulation.on(.answered(.done))
    #expect(simulation.on(.answered(.done)) == [.disconnect, .log(.consulAnswers)])
    simulation.wait()
    simulation.on(.answered(.done))
    #expect(simulation.on(.answered(.done)) == [.disconnect])
  }

  @Test("An internal error is one condition, whatever its text")
  func sameInternalError() {
    var simulation = Simulation.registered(Policy(ttl: nil))
    simulation.wait()
    simulation.on(.probed(.accepting))
    #expect(simulation.on(.answered(.failing("id 1"))).count == 2)
    simulation.wait()
    simulation.on(.probed(.accepting))
    #expect(simulation.on(.answered(.failing("id 2"))) == [.disconnect])
  }

  @Test(
    "A refusal is told once and tried again after a minute: waiting won't mend it",
    arguments: [(ServiceAnswer.denied("ACL"), Failure.denied("ACL")), (.rejected("bad"), .rejected("bad"))])
  func refusal(answer: ServiceAnswer, failure: Failure) {
    var simulation = Simulation(Policy(probes: false, jitter: 1_000))
    simulation.start()
    let told = Effect.log(.consulFailed(failure, registered: false))
    #expect(simulation.on(answered(answer)) == [.disconnect, told])
    #expect(simulation.timeLeft == .seconds(60))
    #expect(simulation.wait() == [.registration()])
    #expect(simulation.on(answered(answer)) == [.disconnect])
    #expect(simulation.timeLeft == .seconds(60))
  }

  private func answered(_ answer: ServiceAnswer) -> Event { .answered(answer) }

  @Test(
    "A refusal of what once worked may pass: an agent that restarts under ACLs denies everybody at first",
    arguments: [(ServiceAnswer.denied("ACL"), Failure.denied("ACL")), (.rejected("bad"), .rejected("bad"))])
  func passingRefusal(answer: ServiceAnswer, failure: Failure) {
    var simulation = Simulation.registered(Policy(probes: false))
    simulation.wait()
    simulation.on(answered(answer))
    let told = Effect.log(.consulFailed(failure, registered: true))
    #expect(simulation.on(answered(answer)) == [.disconnect, told])
    #expect(simulation.timeLeft == .milliseconds(50))
    #expect(simulation.wait() == [Effect.checks()])
    simulation.on(answered(answer))
    #expect(simulation.on(answered(answer)) == [.disconnect])
    #expect(simulation.timeLeft == .milliseconds(100))
  }

  @Test(
    "Checks that aren't answered are given up in time for another beat within the TTL",
    arguments: [(15, 5_000), (3, 1_000), (60, 10_000)])
  func unansweredChecks(ttl: Int, given: Int) {
    var simulation = Simulation.registered(Policy(probes: false, ttl: .seconds(ttl)))
    simulation.wait()
    #expect(simulation.timeLeft == .milliseconds(given))
    #expect(
      simulation.wait() == [.disconnect, .log(.consulFailed(.timedOut, registered: true))])
  }

  @Test("Each answer gives the next one its own time")
  func timeForEach() {
    var simulation = Simulation.registered(Policy(probes: false))
    simulation.wait()
    simulation.on(.sent)
    simulation.on(.answered(.done), after: .seconds(4))
    #expect(simulation.timeLeft == .seconds(5))
  }

  @Test("An unanswered registration isn't repeated on another connection for a minute")
  func unansweredRegistration() {
    var simulation = Simulation.registering()
    #expect(simulation.timeLeft == .seconds(60))
    #expect(simulation.wait().first == .disconnect)
  }

  @Test("Once the registration itself is answered, its checks are given up as any others")
  func unansweredChecksOfARegistration() {
    var simulation = Simulation.registering()
    simulation.on(.answered(.done))
    #expect(simulation.timeLeft == .seconds(5))
  }

  @Test(
    "A success that says something where nothing was asked is a success, and no reason to ask again at once",
    arguments: [ServiceAnswer.different, .foreign("another")])
  func talkative(answer: ServiceAnswer) {
    var simulation = Simulation.registering()
    #expect(simulation.on(answered(answer)) == [Effect.checks()])
    simulation.on(answered(answer))
    let registered = Notice.registered(.first, after: .zero)
    #expect(simulation.on(answered(answer)) == [.disconnect, .log(registered)])
    #expect(simulation.timeLeft == .milliseconds(4_500))
    simulation.on(signal: Signal.terminate)
    #expect(simulation.on(answered(answer)).suffix(2) == Effect.stop(Signal.terminate))
  }

  @Test("What never reached the agent isn't waited for, drained, taken out or called left behind")
  func neverSent() {
    var simulation = Simulation(Policy(probes: false, drain: .seconds(4)))
    simulation.start()
    let down = Failure.unreachable(refused)
    #expect(simulation.on(.lost(down)) == [.disconnect, .log(.consulFailed(down, registered: false))])
    let now = Notice.stopping(signal: Signal.terminate, .notRegistered, drain: .zero)
    #expect(simulation.on(signal: Signal.terminate) == [.log(now)] + Effect.stop(Signal.terminate))
    #expect(simulation.on(.ended(.exited(7))) == [.log(.ended(.exited(7))), .exit(7)])
  }

  @Test("What was registered before stays so when the agent can't be reached any more")
  func unreachableLater() {
    var simulation = Simulation.registered()
    simulation.wait()
    let down = Failure.unreachable(refused)
    simulation.on(.probed(.accepting))
    #expect(simulation.on(.lost(down)) == [.disconnect, .log(.consulFailed(down, registered: true))])
    #expect(simulation.on(signal: Signal.terminate).first == .send([.deregister]))

    var answered = Simulation.registering()
    answered.play(.answered(.done), .lost(down))
    #expect(answered.on(signal: Signal.terminate).first == .send([.deregister]))
  }

  @Test("A registration whose checks failed at first is told as soon as they pass")
  func toldLate() {
    var simulation = Simulation.registering()
    simulation.play(.answered(.done), .lost(.closed))
    simulation.wait()
    simulation.play(.probed(.accepting), .answered(.done))
    let registered = Notice.registered(.first, after: .milliseconds(50))
    #expect(simulation.on(.answered(.done)) == [.disconnect, .log(registered)])
    simulation.wait()
    simulation.play(.probed(.accepting), .answered(.done))
    #expect(simulation.on(.answered(.done)) == [.disconnect])
  }

  @Test("One that wasn't told yet when the token changed is told as the first")
  func renewedBeforeTold() {
    var simulation = Simulation.registering(Policy(probes: false))
    simulation.play(.answered(.done), .lost(.closed), .outdated)
    #expect(simulation.wait() == [.registration()])
    simulation.play(.answered(.done), .answered(.done))
    let registered = Notice.registered(.first, after: .milliseconds(50))
    #expect(simulation.on(.answered(.done)) == [.disconnect, .log(registered)])
  }

  @Test("A process that becomes ready while Consul is being left alone doesn't wait for the pause")
  func readyDuringThePause() {
    var simulation = Simulation()
    simulation.start()
    simulation.on(.answered(.denied("ACL")))
    #expect(simulation.on(.probed(.accepting)) == [.registration()])
  }
}
