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

@Suite("Consul fails")
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

  @Test("A successful exchange resets the backoff")
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
    "If the port closes while a registration is unconfirmed, the check is updated first",
    arguments: [ServiceAnswer.done, .unknown])
  func closesWhileUnconfirmed(answer: ServiceAnswer) {
    var simulation = Simulation.registering()
    simulation.on(.lost(.closed))
    simulation.wait()
    #expect(simulation.on(.probed(.failing(refused))).contains(.send([.ready(.failing(refused))])))
    #expect(simulation.on(.answered(answer)).contains(.registration(.failing(refused))))
  }

  @Test("An unconfirmed registration of an accepting port is sent again")
  func acceptsWhileUnconfirmed() {
    var simulation = Simulation.registering()
    simulation.on(.lost(.closed))
    simulation.wait()
    #expect(simulation.on(.probed(.accepting)) == [.registration()])
  }

  @Test("Each failure is logged once, and so is the recovery")
  func loggedOnce() {
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

  @Test("Internal errors with different texts are logged once")
  func sameInternalError() {
    var simulation = Simulation.registered(Policy(ttl: nil))
    simulation.wait()
    simulation.on(.probed(.accepting))
    #expect(simulation.on(.answered(.failed(.failing("id 1")))).count == 2)
    simulation.wait()
    simulation.on(.probed(.accepting))
    #expect(simulation.on(.answered(.failed(.failing("id 2")))) == [.disconnect])
  }

  @Test(
    "A refusal is logged once and retried after a minute",
    arguments: [Failure.denied("ACL"), .rejected("bad")])
  func refusal(failure: Failure) {
    var simulation = Simulation(Policy(probes: false, jitter: 1_000))
    simulation.start()
    let notice = Effect.log(.consulFailed(failure, registered: false))
    #expect(simulation.on(.answered(.failed(failure))) == [.disconnect, notice])
    #expect(simulation.timeLeft == .seconds(60))
    #expect(simulation.wait() == [.registration()])
    #expect(simulation.on(.answered(.failed(failure))) == [.disconnect])
    #expect(simulation.timeLeft == .seconds(60))
  }

  @Test(
    "A refusal after a successful registration is retried like any failure",
    arguments: [Failure.denied("ACL"), .rejected("bad")])
  func passingRefusal(failure: Failure) {
    var simulation = Simulation.registered(Policy(probes: false))
    simulation.wait()
    simulation.on(.answered(.failed(failure)))
    let notice = Effect.log(.consulFailed(failure, registered: true))
    #expect(simulation.on(.answered(.failed(failure))) == [.disconnect, notice])
    #expect(simulation.timeLeft == .milliseconds(50))
    #expect(simulation.wait() == [Effect.checks()])
    simulation.on(.answered(.failed(failure)))
    #expect(simulation.on(.answered(.failed(failure))) == [.disconnect])
    #expect(simulation.timeLeft == .milliseconds(100))
  }

  @Test(
    "Check updates time out early enough for another heartbeat within the TTL",
    arguments: [(15, 5_000), (3, 1_000), (60, 10_000)])
  func unansweredChecks(ttl: Int, given: Int) {
    var simulation = Simulation.registered(Policy(probes: false, ttl: .seconds(ttl)))
    simulation.wait()
    #expect(simulation.timeLeft == .milliseconds(given))
    #expect(
      simulation.wait() == [.disconnect, .log(.consulFailed(.timedOut, registered: true))])
  }

  @Test("Each answer restarts the time-out")
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

  @Test("After the registration is answered, its check updates have their own time-out")
  func unansweredChecksOfARegistration() {
    var simulation = Simulation.registering()
    simulation.on(.answered(.done))
    #expect(simulation.timeLeft == .seconds(5))
  }

  @Test(
    "Bodies of replies to requests other than inspect are ignored",
    arguments: [ServiceAnswer.different, .foreign("another")])
  func unexpectedBody(answer: ServiceAnswer) {
    var simulation = Simulation.registering()
    #expect(simulation.on(.answered(answer)) == [Effect.checks()])
    simulation.on(.answered(answer))
    let registered = ServiceNotice.registered(.first, after: .zero)
    #expect(simulation.on(.answered(answer)) == [.disconnect, .log(registered)])
    #expect(simulation.timeLeft == .milliseconds(4_500))
    simulation.on(signal: Signal.terminate)
    #expect(simulation.on(.answered(answer)).suffix(2) == Effect.stop(Signal.terminate))
  }

  @Test("A registration that wasn't sent needs no deregistration and no drain")
  func neverSent() {
    var simulation = Simulation(Policy(probes: false, drain: .seconds(4)))
    simulation.start()
    let down = Failure.unreachable(refused)
    #expect(simulation.on(.lost(down)) == [.disconnect, .log(.consulFailed(down, registered: false))])
    let now = ProcessNotice.stopping(signal: Signal.terminate, .notRegistered, drain: .zero)
    #expect(simulation.on(signal: Signal.terminate) == [.log(now)] + Effect.stop(Signal.terminate))
    #expect(simulation.on(.ended(.exited(7))) == [.log(.ended(.exited(7))), .exit(7)])
  }

  @Test("A registered service stays registered when the agent becomes unreachable")
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

  @Test("A registration is logged once its checks pass")
  func loggedLate() {
    var simulation = Simulation.registering()
    simulation.play(.answered(.done), .lost(.closed))
    simulation.wait()
    simulation.play(.probed(.accepting), .answered(.done))
    let registered = ServiceNotice.registered(.first, after: .milliseconds(50))
    #expect(simulation.on(.answered(.done)) == [.disconnect, .log(registered)])
    simulation.wait()
    simulation.play(.probed(.accepting), .answered(.done))
    #expect(simulation.on(.answered(.done)) == [.disconnect])
  }

  @Test("A registration that is renewed before it was logged is logged as the first")
  func renewedBeforeLogged() {
    var simulation = Simulation.registering(Policy(probes: false))
    simulation.play(.answered(.done), .lost(.closed), .outdated)
    #expect(simulation.wait() == [.registration()])
    simulation.play(.answered(.done), .answered(.done))
    let registered = ServiceNotice.registered(.first, after: .milliseconds(50))
    #expect(simulation.on(.answered(.done)) == [.disconnect, .log(registered)])
  }

  @Test("A process that becomes ready during a pause is registered at once")
  func readyDuringThePause() {
    var simulation = Simulation()
    simulation.start()
    simulation.on(.answered(.failed(.denied("ACL"))))
    #expect(simulation.on(.probed(.accepting)) == [.registration()])
  }
}
