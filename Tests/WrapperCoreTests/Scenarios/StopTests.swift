import Testing
import WrapperCore

private let silence = Duration.milliseconds(300)

private func stopping(_ result: DeregistrationResult, drain: Duration = .zero) -> Effect {
  .log(.stopping(signal: Signal.terminate, result, drain: drain))
}

@Suite("Stopping")
struct StopTests {
  @Test("A silent agent delays the stop signal by 300 ms")
  func silentAgent() {
    var simulation = Simulation.registered()
    #expect(simulation.on(signal: Signal.terminate) == [.send([.deregister])])
    #expect(simulation.timeLeft == silence)
    #expect(simulation.on(.elapsed, after: silence - .nanoseconds(1)) == [])
    #expect(simulation.wait() == [stopping(.unconfirmed)] + Effect.stop(Signal.terminate))
    let late = ServiceNotice.deregistered(after: .milliseconds(301))
    #expect(simulation.on(.answered(.done), after: .milliseconds(1)) == [.disconnect, .log(late)])
  }

  @Test("After a failed deregistration the stop signal is forwarded, and the deregistration is retried")
  func failedDeregistration() {
    var simulation = Simulation.deregistering()
    let failed = ServiceNotice.consulFailed(.closed, registered: true)
    #expect(
      simulation.on(.lost(.closed))
        == [.disconnect, .log(failed), stopping(.unconfirmed)] + Effect.stop(Signal.terminate))
    #expect(simulation.wait() == [.send([.deregister])])
    let deregistered = ServiceNotice.deregistered(after: .milliseconds(50))
    #expect(simulation.on(.answered(.done)) == [.disconnect, .log(.consulAnswers), .log(deregistered)])
  }

  @Test("A stop doesn't wait for an agent whose last answer failed")
  func knownToFail() {
    var simulation = Simulation.registered()
    simulation.wait()
    simulation.play(.probed(.accepting), .lost(.timedOut))
    #expect(
      simulation.on(signal: Signal.terminate)
        == [.send([.deregister]), stopping(.unconfirmed)] + Effect.stop(Signal.terminate))
  }

  @Test("Without a registration the stop signal is forwarded at once")
  func notRegistered() {
    var simulation = Simulation()
    simulation.start()
    simulation.on(.answered(.unknown))
    #expect(
      simulation.on(signal: Signal.terminate)
        == [.cancelProbe, stopping(.notRegistered)] + Effect.stop(Signal.terminate))
    #expect(simulation.on(.ended(.exited(0))).last == .exit(0))
  }

  @Test("The drain follows the deregistration and precedes the stop signal")
  func drain() {
    let drain = Duration.seconds(4)
    var simulation = Simulation.deregistering(Policy(drain: drain))
    #expect(
      simulation.on(.answered(.done), after: .milliseconds(2))
        == [.disconnect, stopping(.deregistered(after: .milliseconds(2)), drain: drain)])
    #expect(simulation.timeLeft == drain)
    #expect(simulation.on(.elapsed, after: .milliseconds(3_999)) == [])
    #expect(simulation.wait() == Effect.stop(Signal.terminate))
  }

  @Test("The drain also follows an unconfirmed deregistration")
  func drainWithoutConfirmation() {
    let drain = Duration.seconds(4)
    var silent = Simulation.deregistering(Policy(drain: drain))
    #expect(silent.wait() == [stopping(.unconfirmed, drain: drain)])
    #expect(silent.timeLeft == drain)
    #expect(silent.wait() == Effect.stop(Signal.terminate))

    var failing = Simulation.registered(Policy(drain: drain))
    failing.wait()
    failing.play(.probed(.accepting), .lost(.closed))
    #expect(
      failing.on(signal: Signal.terminate)
        == [.send([.deregister]), stopping(.unconfirmed, drain: drain)])
  }

  @Test("Without a registration of this run there is no drain")
  func noDrain() {
    var simulation = Simulation(Policy(drain: .seconds(4)))
    simulation.start()
    simulation.play(.answered(.done))
    #expect(simulation.on(signal: Signal.terminate) == [.cancelProbe, .disconnect, .send([.deregister])])
    let gone = stopping(.deregistered(after: .zero))
    #expect(simulation.on(.answered(.done)) == [.disconnect, gone] + Effect.stop(Signal.terminate))
  }

  @Test("The deregistration follows an unanswered registration on the same connection")
  func behindTheRegistration() {
    var simulation = Simulation.registering()
    #expect(simulation.on(signal: Signal.terminate) == [.send([.deregister])])
    #expect(simulation.on(.answered(.done)) == [])
    let gone = stopping(.deregistered(after: .zero))
    #expect(simulation.on(.answered(.done)) == [.disconnect, gone] + Effect.stop(Signal.terminate))
  }

  @Test("A registration that wasn't sent is dropped, and the stop signal is forwarded at once")
  func unsentRegistration() {
    var simulation = Simulation()
    simulation.start()
    simulation.play(.answered(.unknown), .probed(.accepting))
    #expect(
      simulation.on(signal: Signal.terminate)
        == [.disconnect, stopping(.notRegistered)] + Effect.stop(Signal.terminate))
    #expect(simulation.on(.ended(.exited(0))).last == .exit(0))
  }

  @Test("Unanswered check updates are dropped, and the deregistration gets a new connection")
  func besidesTheChecks() {
    var registering = Simulation.registering()
    registering.on(.answered(.done))
    #expect(registering.on(signal: Signal.terminate) == [.disconnect, .send([.deregister])])

    var beating = Simulation.registered()
    beating.wait()
    beating.on(.probed(.accepting))
    #expect(beating.on(signal: Signal.terminate) == [.disconnect, .send([.deregister])])
  }

  @Test("A deregistration behind an unanswered registration times out after a minute")
  func patienceBehindTheRegistration() {
    var simulation = Simulation.registering()
    simulation.on(signal: Signal.terminate, after: .seconds(59))
    simulation.wait()
    #expect(simulation.timeLeft == .milliseconds(59_700))
  }

  @Test("A stop resets the backoff")
  func backoffStartsAnew() {
    var simulation = Simulation.registered(Policy(probes: false))
    for _ in 0..<5 {
      simulation.wait()
      simulation.on(.lost(.closed))
    }
    simulation.on(signal: Signal.terminate)
    simulation.on(.lost(.closed))
    #expect(simulation.timeLeft == .milliseconds(50))
  }

  @Test("At the process's end the deregistration also follows an unanswered registration")
  func endBehindTheRegistration() {
    var simulation = Simulation.registering()
    #expect(simulation.on(.ended(.exited(0))) == [.log(.ended(.exited(0))), .send([.deregister])])
  }

  @Test("A stop cancels the pending probe")
  func cancelsProbe() {
    var simulation = Simulation.registered()
    simulation.wait()
    #expect(simulation.on(signal: Signal.terminate) == [.cancelProbe, .send([.deregister])])
    #expect(simulation.on(.probed(.accepting)) == [])
  }
}

@Suite("Killing")
struct KillTests {
  @Test("KILL follows the forwarded stop signal after the stop time-out")
  func stopTimeout() {
    var simulation = Simulation.deregistering(Policy(drain: .seconds(4), stopTimeout: .seconds(9)))
    simulation.wait()
    #expect(simulation.wait() == Effect.stop(Signal.terminate))
    #expect(simulation.on(.elapsed, after: .milliseconds(8_999)).contains(.signal(Signal.kill)) == false)
    let effects = simulation.on(.elapsed, after: .milliseconds(1))
    #expect(effects.suffix(2) == [.log(.killing), .signal(Signal.kill)])
    #expect(simulation.on(.elapsed, after: .seconds(100)).contains(.signal(Signal.kill)) == false)
  }

  @Test("A deregistration that is confirmed after the KILL is logged")
  func lateDeregistration() {
    var simulation = Simulation.deregistering(Policy(stopTimeout: .seconds(1)))
    simulation.wait()
    simulation.wait()
    #expect(
      simulation.on(.answered(.done)) == [.disconnect, .log(.deregistered(after: .milliseconds(1_300)))])
  }

  @Test("Without a stop time-out the process isn't killed")
  func never() {
    var simulation = Simulation.stopping()
    #expect(simulation.timeLeft == nil)
    #expect(simulation.on(.elapsed, after: .seconds(1_000_000)) == [])
  }

  @Test("After the machine has slept, a heartbeat is due at once and nothing is killed")
  func slept() {
    var serving = Simulation.registered()
    serving.sleep(.seconds(3_600))
    #expect(serving.wait() == [.probe])

    var stopping = Simulation.stopping(Policy(stopTimeout: .seconds(9)))
    stopping.sleep(.seconds(3_600))
    #expect(stopping.timeLeft == .seconds(9))
    #expect(stopping.on(.elapsed) == [])

    var waiting = Simulation(Policy(readyTimeout: .seconds(60)))
    waiting.start()
    waiting.sleep(.seconds(3_600))
    #expect(waiting.on(.elapsed) == [])
  }
}

@Suite("Deregistration after the process has ended")
struct LastChanceTests {
  @Test("A silent agent delays the exit by one second, and the unconfirmed deregistration is logged")
  func oneSecond() {
    var simulation = Simulation.registered()
    simulation.on(.ended(.exited(7)))
    #expect(simulation.timeLeft == .seconds(1))
    #expect(simulation.on(.elapsed, after: .milliseconds(999)) == [])
    #expect(simulation.wait() == [.log(.deregistrationUnconfirmed), .exit(7)])
  }

  @Test(
    "Consul may delay a stop by three seconds, one of them after the process's end",
    arguments: [(0, 1_000), (500, 1_000), (2_000, 1_000), (2_001, 999), (2_700, 300), (3_000, 0), (9_000, 0)])
  func stopBudget(lived: Int, left: Int) {
    var simulation = Simulation.deregistering()
    simulation.on(.elapsed, after: .milliseconds(min(lived, 300)))
    simulation.on(.ended(.exited(7)), after: .milliseconds(lived - min(lived, 300)))
    #expect(simulation.timeLeft == .milliseconds(left))
    #expect(simulation.wait() == [.log(.deregistrationUnconfirmed), .exit(7)])
  }

  @Test("At the process's end a pending deregistration is retried at once")
  func lastTry() {
    var simulation = Simulation.deregistering()
    simulation.on(.lost(.closed))
    for _ in 0..<5 {
      simulation.wait()
      simulation.on(.lost(.closed))
    }
    #expect(simulation.on(.ended(.exited(7))) == [.log(.ended(.exited(7))), .send([.deregister])])
    #expect(simulation.on(.answered(.done)).last == .exit(7))
  }

  @Test(
    "An overloaded agent is retried every 50 ms within the stop's three seconds",
    arguments: [Event.lost(.closed), .answered(.failed(.busy("429")))])
  func overloaded(by news: Event) {
    var simulation = Simulation.deregistering()
    simulation.on(news)
    simulation.on(.ended(.exited(7)))
    for _ in 0..<40 {
      simulation.on(news)
      #expect(simulation.timeLeft == .milliseconds(50))
      #expect(simulation.wait() == [.send([.deregister])])
    }
    #expect(simulation.on(.answered(.done)).last == .exit(7))
  }

  @Test("We exit if an agent is overloaded until the stop's three seconds are over")
  func overloadedToTheEnd() {
    var simulation = Simulation.registered()
    simulation.play(.ended(.exited(7)), .lost(.closed))
    simulation.on(.elapsed, after: .milliseconds(2_900))
    #expect(simulation.timeLeft == .milliseconds(100))
    #expect(
      simulation.on(.lost(.closed), after: .milliseconds(60)).suffix(2) == [
        .log(.deregistrationUnconfirmed), .exit(7),
      ])
  }

  @Test("An overloaded agent that becomes unreachable delays the exit by one second")
  func overloadedThenUnreachable() {
    var simulation = Simulation.registered()
    simulation.play(.ended(.exited(7)), .lost(.closed))
    simulation.wait()
    #expect(simulation.on(.lost(.unreachable(WrapperCoreTests.refused)), after: .seconds(1)).last == .exit(7))
  }

  @Test("The backoff with an overloaded agent grows after three seconds")
  func overloadedForLong() {
    var simulation = Simulation.deregistering()
    for _ in 0..<60 {
      simulation.on(.lost(.closed))
      #expect(simulation.timeLeft == .milliseconds(50))
      simulation.wait()
    }
    simulation.on(.lost(.closed))
    simulation.wait()
    simulation.on(.lost(.closed))
    #expect(simulation.timeLeft == .milliseconds(100))
  }

  @Test("A refused deregistration doesn't delay the exit")
  func refused() {
    var simulation = Simulation.registered()
    simulation.on(.ended(.exited(7)))
    #expect(
      simulation.on(.answered(.failed(.denied("ACL")))).suffix(2) == [
        .log(.deregistrationUnconfirmed), .exit(7),
      ])
  }

  @Test("A refused registration needs no deregistration")
  func refusedRegistration() {
    var simulation = Simulation.registering()
    simulation.play(.answered(.failed(.denied("ACL"))))
    #expect(simulation.on(.ended(.exited(7))) == [.log(.ended(.exited(7))), .exit(7)])
  }

  @Test("A failed deregistration is retried within the last second")
  func retry() {
    var simulation = Simulation.registered()
    simulation.on(.ended(.exited(7)))
    let failed = ServiceNotice.consulFailed(.failing("no leader"), registered: true)
    #expect(simulation.on(.answered(.failed(.failing("no leader")))) == [.disconnect, .log(failed)])
    #expect(simulation.timeLeft == .milliseconds(50))
    #expect(simulation.wait() == [.send([.deregister])])
    #expect(simulation.on(.answered(.unknown)).last == .exit(7))
  }
}
