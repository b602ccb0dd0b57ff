import Testing
import WrapperCore

private let silence = Duration.milliseconds(300)

private func stopping(_ withdrawal: Withdrawal, drain: Duration = .zero) -> Effect {
  .log(.stopping(signal: Signal.terminate, withdrawal, drain: drain))
}

@Suite("Stopping")
struct StopTests {
  @Test("A silent agent costs a stop signal 300 ms and no more")
  func silentAgent() {
    var story = Story.registered()
    #expect(story.on(signal: Signal.terminate) == [.send([.deregister])])
    #expect(story.timeLeft == silence)
    #expect(story.on(.elapsed, after: silence - .nanoseconds(1)) == [])
    #expect(story.wait() == [stopping(.unconfirmed)] + Effect.stop(Signal.terminate))
    let late = Notice.deregistered(after: .milliseconds(301))
    #expect(story.on(.answered(.done), after: .milliseconds(1)) == [.disconnect, .log(late)])
  }

  @Test("A deregistration that fails is not waited for, and tried again while the process stops")
  func failedDeregistration() {
    var story = Story.deregistering()
    let failed = Notice.consulFailed(.closed, registered: true)
    #expect(
      story.on(.lost(.closed))
        == [.disconnect, .log(failed), stopping(.unconfirmed)] + Effect.stop(Signal.terminate))
    #expect(story.wait() == [.send([.deregister])])
    let deregistered = Notice.deregistered(after: .milliseconds(50))
    #expect(story.on(.answered(.done)) == [.disconnect, .log(.consulAnswers), .log(deregistered)])
  }

  @Test("An agent whose last answer failed is asked, and not waited for")
  func knownToFail() {
    var story = Story.registered()
    story.wait()
    story.play(.probed(.accepting), .lost(.timedOut))
    #expect(
      story.on(signal: Signal.terminate)
        == [.send([.deregister]), stopping(.unconfirmed)] + Effect.stop(Signal.terminate))
  }

  @Test("What was never registered is signalled at once")
  func notRegistered() {
    var story = Story()
    story.start()
    story.on(.answered(.unknown))
    #expect(
      story.on(signal: Signal.terminate)
        == [.cancelProbe, stopping(.notRegistered)] + Effect.stop(Signal.terminate))
    #expect(story.on(.ended(.exited(0))).last == .exit(0))
  }

  @Test("The drain lies between deregistered and signalled")
  func drain() {
    let drain = Duration.seconds(4)
    var story = Story.deregistering(Plan(drain: drain))
    #expect(
      story.on(.answered(.done), after: .milliseconds(2))
        == [.disconnect, stopping(.deregistered(after: .milliseconds(2)), drain: drain)])
    #expect(story.timeLeft == drain)
    #expect(story.on(.elapsed, after: .milliseconds(3_999)) == [])
    #expect(story.wait() == Effect.stop(Signal.terminate))
  }

  @Test("The drain follows the 300 ms of a silent agent, and an agent known to fail")
  func drainWithoutConfirmation() {
    let drain = Duration.seconds(4)
    var silent = Story.deregistering(Plan(drain: drain))
    #expect(silent.wait() == [stopping(.unconfirmed, drain: drain)])
    #expect(silent.timeLeft == drain)
    #expect(silent.wait() == Effect.stop(Signal.terminate))

    var failing = Story.registered(Plan(drain: drain))
    failing.wait()
    failing.play(.probed(.accepting), .lost(.closed))
    #expect(
      failing.on(signal: Signal.terminate)
        == [.send([.deregister]), stopping(.unconfirmed, drain: drain)])
  }

  @Test("Nobody was sent to a process that wasn't registered: no drain")
  func noDrain() {
    var story = Story(Plan(drain: .seconds(4)))
    story.start()
    story.play(.answered(.done))
    #expect(story.on(signal: Signal.terminate) == [.cancelProbe, .disconnect, .send([.deregister])])
    let gone = stopping(.deregistered(after: .zero))
    #expect(story.on(.answered(.done)) == [.disconnect, gone] + Effect.stop(Signal.terminate))
  }

  @Test("A registration that is unanswered is followed by its deregistration on the same connection")
  func behindTheRegistration() {
    var story = Story.registering()
    #expect(story.on(signal: Signal.terminate) == [.send([.deregister])])
    #expect(story.on(.answered(.done)) == [])
    let gone = stopping(.deregistered(after: .zero))
    #expect(story.on(.answered(.done)) == [.disconnect, gone] + Effect.stop(Signal.terminate))
  }

  @Test("A registration that never left us is dropped: nothing to take out, nothing to wait for")
  func unsentRegistration() {
    var story = Story()
    story.start()
    story.play(.answered(.unknown), .probed(.accepting))
    #expect(
      story.on(signal: Signal.terminate)
        == [.disconnect, stopping(.notRegistered)] + Effect.stop(Signal.terminate))
    #expect(story.on(.ended(.exited(0))).last == .exit(0))
  }

  @Test("Checks that are unanswered can't register: the deregistration gets a connection of its own")
  func besidesTheChecks() {
    var registering = Story.registering()
    registering.on(.answered(.done))
    #expect(registering.on(signal: Signal.terminate) == [.disconnect, .send([.deregister])])

    var beating = Story.registered()
    beating.wait()
    beating.on(.probed(.accepting))
    #expect(beating.on(signal: Signal.terminate) == [.disconnect, .send([.deregister])])
  }

  @Test("The deregistration behind it has a minute of its own on that connection")
  func patienceBehindTheRegistration() {
    var story = Story.registering()
    story.on(signal: Signal.terminate, after: .seconds(59))
    story.wait()
    #expect(story.timeLeft == .milliseconds(59_700))
  }

  @Test("An agent that has failed for long is asked again soon once the stop has begun")
  func backoffStartsAnew() {
    var story = Story.registered(Plan(probes: false))
    for _ in 0..<5 {
      story.wait()
      story.on(.lost(.closed))
    }
    story.on(signal: Signal.terminate)
    story.on(.lost(.closed))
    #expect(story.timeLeft == .milliseconds(50))
  }

  @Test("A process that ends while its registration is unanswered is deregistered behind it too")
  func endBehindTheRegistration() {
    var story = Story.registering()
    #expect(story.on(.ended(.exited(0))) == [.log(.ended(.exited(0))), .send([.deregister])])
  }

  @Test("A probe under way is forgotten")
  func cancelsProbe() {
    var story = Story.registered()
    story.wait()
    #expect(story.on(signal: Signal.terminate) == [.cancelProbe, .send([.deregister])])
    #expect(story.on(.probed(.accepting)) == [])
  }
}

@Suite("Killing")
struct KillTests {
  @Test("KILL comes when the stop time-out is over, counted from the forwarding, and not before")
  func stopTimeout() {
    var story = Story.deregistering(Plan(drain: .seconds(4), stopTimeout: .seconds(9)))
    story.wait()
    #expect(story.wait() == Effect.stop(Signal.terminate))
    #expect(story.on(.elapsed, after: .milliseconds(8_999)).contains(.signal(Signal.kill)) == false)
    let effects = story.on(.elapsed, after: .milliseconds(1))
    #expect(effects.suffix(2) == [.log(.killing), .signal(Signal.kill)])
    #expect(story.on(.elapsed, after: .seconds(100)).contains(.signal(Signal.kill)) == false)
  }

  @Test("A deregistration that is confirmed after the KILL is told")
  func lateDeregistration() {
    var story = Story.deregistering(Plan(stopTimeout: .seconds(1)))
    story.wait()
    story.wait()
    #expect(story.on(.answered(.done)) == [.disconnect, .log(.deregistered(after: .milliseconds(1_300)))])
  }

  @Test("Without a stop time-out nothing is killed")
  func never() {
    var story = Story.stopping()
    #expect(story.timeLeft == nil)
    #expect(story.on(.elapsed, after: .seconds(1_000_000)) == [])
  }

  @Test("A machine that slept beats at once, and kills nothing")
  func slept() {
    var serving = Story.registered()
    serving.sleep(.seconds(3_600))
    #expect(serving.wait() == [.probe])

    var stopping = Story.stopping(Plan(stopTimeout: .seconds(9)))
    stopping.sleep(.seconds(3_600))
    #expect(stopping.timeLeft == .seconds(9))
    #expect(stopping.on(.elapsed) == [])

    var waiting = Story(Plan(readyTimeout: .seconds(60)))
    waiting.start()
    waiting.sleep(.seconds(3_600))
    #expect(waiting.on(.elapsed) == [])
  }
}

@Suite("The last word to Consul")
struct LastChanceTests {
  @Test("After the end a silent agent is waited for one second, and what is left behind is told")
  func oneSecond() {
    var story = Story.registered()
    story.on(.ended(.exited(7)))
    #expect(story.timeLeft == .seconds(1))
    #expect(story.on(.elapsed, after: .milliseconds(999)) == [])
    #expect(story.wait() == [.log(.leftBehind), .exit(7)])
  }

  @Test(
    "A stop gives Consul three seconds in all, at most one of them after the end",
    arguments: [(0, 1_000), (500, 1_000), (2_000, 1_000), (2_001, 999), (2_700, 300), (3_000, 0), (9_000, 0)])
  func stopBudget(lived: Int, left: Int) {
    var story = Story.deregistering()
    story.on(.elapsed, after: .milliseconds(min(lived, 300)))
    story.on(.ended(.exited(7)), after: .milliseconds(lived - min(lived, 300)))
    #expect(story.timeLeft == .milliseconds(left))
    #expect(story.wait() == [.log(.leftBehind), .exit(7)])
  }

  @Test("The end is the last chance: a pause doesn't keep us from one more try")
  func lastTry() {
    var story = Story.deregistering()
    story.on(.lost(.closed))
    for _ in 0..<5 {
      story.wait()
      story.on(.lost(.closed))
    }
    #expect(story.on(.ended(.exited(7))) == [.log(.ended(.exited(7))), .send([.deregister])])
    #expect(story.on(.answered(.done)).last == .exit(7))
  }

  @Test(
    "An agent that has no room is asked again and again, for all that Consul may take of a stop",
    arguments: [Event.lost(.closed), .answered(.busy("429"))])
  func turnedAway(by news: Event) {
    var story = Story.deregistering()
    story.on(news)
    story.on(.ended(.exited(7)))
    for _ in 0..<40 {
      story.on(news)
      #expect(story.timeLeft == .milliseconds(50))
      #expect(story.wait() == [.send([.deregister])])
    }
    #expect(story.on(.answered(.done)).last == .exit(7))
  }

  @Test("An agent that has no room until the stop's three seconds are over is left behind")
  func turnedAwayToTheEnd() {
    var story = Story.registered()
    story.play(.ended(.exited(7)), .lost(.closed))
    story.on(.elapsed, after: .milliseconds(2_900))
    #expect(story.timeLeft == .milliseconds(100))
    #expect(story.on(.lost(.closed), after: .milliseconds(60)).suffix(2) == [.log(.leftBehind), .exit(7)])
  }

  @Test("One that was turned away and finds nobody then waits no longer than for anybody")
  func turnedAwayAndGone() {
    var story = Story.registered()
    story.play(.ended(.exited(7)), .lost(.closed))
    story.wait()
    #expect(story.on(.lost(.unreachable(WrapperCoreTests.refused)), after: .seconds(1)).last == .exit(7))
  }

  @Test("A process that takes its time to stop doesn't have a full agent asked without end")
  func turnedAwayForLong() {
    var story = Story.deregistering()
    for _ in 0..<60 {
      story.on(.lost(.closed))
      #expect(story.timeLeft == .milliseconds(50))
      story.wait()
    }
    story.on(.lost(.closed))
    story.wait()
    story.on(.lost(.closed))
    #expect(story.timeLeft == .milliseconds(100))
  }

  @Test("A refusal can't change within a second: no reason to stay")
  func refused() {
    var story = Story.registered()
    story.on(.ended(.exited(7)))
    #expect(story.on(.answered(.denied("ACL"))).suffix(2) == [.log(.leftBehind), .exit(7)])
  }

  @Test("What the agent refused to register needs no deregistration")
  func refusedRegistration() {
    var story = Story.registering()
    story.play(.answered(.denied("ACL")))
    #expect(story.on(.ended(.exited(7))) == [.log(.ended(.exited(7))), .exit(7)])
  }

  @Test("A failure is tried again within the last second")
  func retry() {
    var story = Story.registered()
    story.on(.ended(.exited(7)))
    let failed = Notice.consulFailed(.failing("no leader"), registered: true)
    #expect(story.on(.answered(.failing("no leader"))) == [.disconnect, .log(failed)])
    #expect(story.timeLeft == .milliseconds(50))
    #expect(story.wait() == [.send([.deregister])])
    #expect(story.on(.answered(.unknown)).last == .exit(7))
  }
}
