import Testing
import WrapperCore

private let silence = Duration.milliseconds(300)

private func stopping(_ result: DeregistrationResult, drain: Duration = .zero) -> Effect {
  .log(.stopping(signal: Signal.terminate, result, drain: drain))
}

@Suite("Stopping")
struct StopTests {
  @Test("A silent agent costs a stop signal 300 ms and no more")
  func silentAgent() {
    var simulation = Simulation.registered()
    #expect(simulation.on(signal: Signal.terminate) == [.send([.deregister])])
    #expect(simulation.timeLeft == silence)
    #expect(simulation.on(.elapsed, after: silence - .nanoseconds(1)) == [])
    #expect(simulation.wait() == [stopping(.unconfirmed)] + Effect.stop(Signal.terminate))
    let late = Notice.deregistered(after: .milliseconds(301))
    #expect(simulation.on(.answered(.done), after: .milliseconds(1)) == [.disconnect, .log(late)])
  }

  @Test("A deregistration that fails is not waited for, and tried again while the process stops")
  func failedDeregistration() {
    var simulation = Simulation.deregistering()
    let failed = Notice.consulFailed(.closed, registered: true)
    #expect(
      simulation.on(.lost(.closed))
        == [.disconnect, .log(failed), stopping(.unconfirmed)] + Effect.stop(Signal.terminate))
    #expect(simulation.wait() == [.send([.deregister])])
    let deregistered = Notice.deregistered(after: .milliseconds(50))
    #expect(simulation.on(.answered(.done)) == [.disconnect, .log(.consulAnswers), .log(deregistered)])
  }

  @Test("An agent whose last answer failed is asked, and not waited for")
  func knownToFail() {
    var simulation = Simulation.registered()
    simulation.wait()
    simulation.play(.probed(.accepting), .lost(.timedOut))
    #expect(
      simulation.on(signal: Signal.terminate)
        == [.send([.deregister]), stopping(.unconfirmed)] + Effect.stop(Signal.terminate))
  }

  @Test("What was never registered is signalled at once")
  func notRegistered() {
    var simulation = Simulation()
    simulation.start()
    simulation.on(.answered(.unknown))
    #expect(
      simulation.on(signal: Signal.terminate)
        == [.cancelProbe, stopping(.notRegistered)] + Effect.stop(Signal.terminate))
    #expect(simulation.on(.ended(.exited(0))).last == .exit(0))
  }

  @Test("The drain lies between deregistered and signalled")
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

  @Test("The drain follows the 300 ms of a silent agent, and an agent known to fail")
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

  @Test("Nobody was sent to a process that wasn't registered: no drain")
  func noDrain() {
    var simulation = Simulation(Policy(drain: .seconds(4)))
    simulation.start()
    simulation.play(.answered(.done))
    #expect(simulation.on(signal: Signal.terminate) == [.cancelProbe, .disconnect, .send([.deregister])])
    let gone = stopping(.deregistered(after: .zero))
    #expect(simulation.on(.answered(.done)) == [.disconnect, gone] + Effect.stop(Signal.terminate))
  }

  @Test("A registration that is unanswered is followed by its deregistration on the same connection")
  func behindTheRegistration() {
    var simulation = Simulation.registering()
    #expect(simulation.on(signal: Signal.terminate) == [.send([.deregister])])
    #expect(simulation.on(.answered(.done)) == [])
    let gone = stopping(.deregistered(after: .zero))
    #expect(simulation.on(.answered(.done)) == [.disconnect, gone] + Effect.stop(Signal.terminate))
  }

  @Test("A registration that never left us is dropped: nothing to take out, nothing to wait for")
  func unsentRegistration() {
    var simulation = Simulation()
    simulation.start()
    simulation.play(.answered(.unknown), .probed(.accepting))
    #expect(
      simulation.on(signal: Signal.terminate)
        == [.disconnect, stopping(.notRegistered)] + Effect.stop(Signal.terminate))
    #expect(simulation.on(.ended(.exited(0))).last == .exit(0))
  }

  @Test("Checks that are unanswered can't register: the deregistration gets a connection of its own")
  func besidesTheChecks() {
    var registering = Simulation.registering()
    registering.on(.answered(.done))
    #expect(registering.on(signal: Signal.terminate) == [.disconnect, .send([.deregister])])

    var beating = Simulation.registered()
    beating.wait()
    beating.on(.probed(.accepting))
    #expect(beating.on(signal: Signal.terminate) == [.disconnect, .send([.deregister])])
  }

  @Test("The deregistration behind it has a minute of its own on that connection")
  func patienceBehindTheRegistration() {
    var simulation = Simulation.registering()
    simulation.on(signal: Signal.terminate, after: .seconds(59))
    simulation.wait()
    #expect(simulation.timeLeft == .milliseconds(59_700))
  }

  @Test("An agent that has failed for long is asked again soon once the stop has begun")
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

  @Test("A process that ends while its registration is unanswered is deregistered behind it too")
  func endBehindTheRegistration() {
    var simulation = Simulation.registering()
    #expect(simulation.on(.ended(.exited(0))) == [.log(.ended(.exited(0))), .send([.deregister])])
  }

  @Test("A probe under way is forgotten")
  func cancelsProbe() {
    var simulation = Simulation.registered()
    simulation.wait()
    #expect(simulation.on(signal: Signal.terminate) == [.cancelProbe, .send([.deregister])])
    #expect(simulation.on(.probed(.accepting)) == [])
  }
}

@Suite("Killing")
struct KillTests {
  @Test("KILL comes when the stop time-out is over, counted from the forwarding, and not before")
  func stopTimeout() {
    var simulation = Simulation.deregistering(Policy(drain: .seconds(4), stopTimeout: .seconds(9)))
    simulation.wait()
    #expect(simulation.wait() == Effect.stop(Signal.terminate))
    #expect(simulation.on(.elapsed, after: .milliseconds(8_999)).contains(.signal(Signal.kill)) == false)
    let effects = simulation.on(.elapsed, after: .milliseconds(1))
    #expect(effects.suffix(2) == [.log(.killing), .signal(Signal.kill)])
    #expect(simulation.on(.elapsed, after: .seconds(100)).contains(.signal(Signal.kill)) == false)
  }

  @Test("A deregistration that is confirmed after the KILL is told")
  func lateDeregistration() {
    var simulation = Simulation.deregistering(Policy(stopTimeout: .seconds(1)))
    simulation.wait()
    simulation.wait()
    #expect(
      simulation.on(.answered(.done)) == [.disconnect, .log(.deregistered(after: .milliseconds(1_300)))])
  }

  @Test("Without a stop time-out nothing is killed")
  func never() {
    var simulation = Simulation.stopping()
    #expect(simulation.timeLeft == nil)
    #expect(simulation.on(.elapsed, after: .seconds(1_000_000)) == [])
  }

  @Test("A machine that slept beats at once, and kills nothing")
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
  @Test("After the end a silent agent is waited for one second, and what is left behind is told")
  func oneSecond() {
    var simulation = Simulation.registered()
    simulation.on(.ended(.exited(7)))
    #expect(simulation.timeLeft == .seconds(1))
    #expect(simulation.on(.elapsed, after: .milliseconds(999)) == [])
    #expect(simulation.wait() == [.log(.deregistrationUnconfirmed), .exit(7)])
  }

  @Test(
    "A stop gives Consul three seconds in all, at most one of them after the end",
    arguments: [(0, 1_000), (500, 1_000), (2_000, 1_000), (2_001, 999), (2_700, 300), (3_000, 0), (9_000, 0)])
  func stopBudget(lived: Int, left: Int) {
    var simulation = Simulation.deregistering()
    simulation.on(.elapsed, after: .milliseconds(min(lived, 300)))
    simulation.on(.ended(.exited(7)), after: .milliseconds(lived - min(lived, 300)))
    #expect(simulation.timeLeft == .milliseconds(left))
    #expect(simulation.wait() == [.log(.deregistrationUnconfirmed), .exit(7)])
  }

  @Test("The end is the last chance: a pause doesn't keep us from one more try")
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
    "An agent that has no room is asked again and again, for all that Consul may take of a stop",
    arguments: [Event.lost(.closed), .answered(.busy("429"))])
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

  @Test("An agent that has no room until the stop's three seconds are over is left behind")
  func turnedAwayToTheEnd() {
    var simulation = Simulation.registered()
    simulation.play(.ended(.exited(7)), .lost(.closed))
    simulation.on(.elapsed, after: .milliseconds(2_900))
    #expect(simulation.timeLeft == .milliseconds(100))
    #expect(
      simulation.on(.lost(.closed), after: .milliseconds(60)).suffix(2) == [
        .log(.deregistrationUnconfirmed), .exit(7),
      ])
  }

  @Test("One that was turned away and finds nobody then waits no longer than for anybody")
  func turnedAwayAndGone() {
    var simulation = Simulation.registered()
    simulation.play(.ended(.exited(7)), .lost(.closed))
    simulation.wait()
    #expect(simulation.on(.lost(.unreachable(WrapperCoreTests.refused)), after: .seconds(1)).last == .exit(7))
  }

  @Test("A process that takes its time to stop doesn't have a full agent asked without end")
  func turnedAwayForLong() {
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

  @Test("A refusal can't change within a second: no reason to stay")
  func refused() {
    var simulation = Simulation.registered()
    simulation.on(.ended(.exited(7)))
    #expect(
      simulation.on(.answered(.denied("ACL"))).suffix(2) == [.log(.deregistrationUnconfirmed), .exit(7)])
  }

  @Test("What the agent refused to register needs no deregistration")
  func refusedRegistration() {
    var simulation = Simulation.registering()
    simulation.play(.answered(.denied("ACL")))
    #expect(simulation.on(.ended(.exited(7))) == [.log(.ended(.exited(7))), .exit(7)])
  }

  @Test("A failure is tried again within the last second")
  func retry() {
    var simulation = Simulation.registered()
    simulation.on(.ended(.exited(7)))
    let failed = Notice.consulFailed(.failing("no leader"), registered: true)
    #expect(simulation.on(.answered(.failing("no leader"))) == [.disconnect, .log(failed)])
    #expect(simulation.timeLeft == .milliseconds(50))
    #expect(simulation.wait() == [.send([.deregister])])
    #expect(simulation.on(.answered(.unknown)).last == .exit(7))
  }
}
