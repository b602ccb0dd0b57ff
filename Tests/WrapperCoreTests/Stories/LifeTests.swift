import Testing
import WrapperCore

@Suite("From started to gone")
struct LifeTests {
  @Test("The normal life: probed, registered, renewed, deregistered, signalled, ended")
  func normalLife() {
    var story = Story()
    #expect(story.start() == [.send([.inspect]), .probe])
    #expect(story.on(.answered(.unknown), after: .milliseconds(2)) == [.disconnect])
    #expect(story.on(.probed(.failing(refused)), after: .milliseconds(1)) == [])
    #expect(story.wait() == [.probe])
    #expect(story.on(.probed(.accepting)) == [.registration()])
    #expect(story.on(.answered(.done), after: .milliseconds(2)) == [.checks()])
    #expect(story.on(.answered(.done), after: .milliseconds(1)) == [])
    let registered = Notice.registered(.first, after: .milliseconds(4))
    #expect(story.on(.answered(.done), after: .milliseconds(1)) == [.disconnect, .log(registered)])

    #expect(story.wait() == [.probe])
    #expect(story.on(.probed(.accepting)) == [.send([.alive, .ready(.accepting)])])
    #expect(story.on(.answered(.done)) == [])
    #expect(story.on(.answered(.done)) == [.disconnect])

    #expect(story.on(signal: Signal.terminate) == [.send([.deregister])])
    let gone = Notice.stopping(
      signal: Signal.terminate, .deregistered(after: .milliseconds(2)), drain: .zero)
    let forwarded = [.disconnect, .log(gone)] + Effect.stop(Signal.terminate)
    #expect(story.on(.answered(.done), after: .milliseconds(2)) == forwarded)
    #expect(story.timeLeft == nil)
    #expect(story.on(.ended(.exited(0)), after: .seconds(1)) == [.log(.ended(.exited(0))), .exit(0)])
    #expect(story.timeLeft == nil)
  }

  @Test("A process without a probe is registered at once, without a look at what was there")
  func withoutProbe() {
    var story = Story(Plan(probes: false))
    #expect(story.start() == [.registration()])
    story.play(.answered(.done), .answered(.done), .answered(.done))
    #expect(story.wait() == [.send([.alive, .ready(.accepting)])])
  }

  @Test("A process that ends by itself is deregistered before the exit")
  func ownEnd() {
    var story = Story.registered()
    #expect(story.on(.ended(.exited(3))) == [.log(.ended(.exited(3))), .send([.deregister])])
    let deregistered = Notice.deregistered(after: .milliseconds(2))
    #expect(
      story.on(.answered(.done), after: .milliseconds(2)) == [.disconnect, .log(deregistered), .exit(3)])
  }

  @Test("A process that ends while it is probed and Consul silent is waited for by nobody")
  func endBeforeReady() {
    var story = Story()
    story.start()
    let effects: [Effect] = [.log(.ended(.exited(1))), .cancelProbe, .disconnect, .exit(1)]
    #expect(story.on(.ended(.exited(1))) == effects)
  }

  @Test(
    "The exit status is the process's own, or 128 and the signal that killed it",
    arguments: [
      (ExitStatus.exited(0), 0), (.exited(7), 7), (.exited(255), 255), (.killed(signal: 9), 137),
      (.killed(signal: 15), 143), (.killed(signal: 11), 139),
    ] as [(ExitStatus, Int32)])
  func exitStatus(of status: ExitStatus, is code: Int32) {
    var story = Story.stopping()
    #expect(story.on(.ended(status)).last == .exit(code))
  }

  @Test("After the exit nothing is done, whatever still comes")
  func afterTheExit() {
    var story = Story.deregistering()
    story.on(.ended(.exited(0)))
    #expect(story.wait().last == .exit(0))
    let late: [Event] = [
      .answered(.done), .answered(.failing("")), .lost(.closed), .probed(.accepting), .elapsed,
      .ended(.exited(1)), .signal(Signal(Signal.terminate)), .signal(Signal(user1)),
    ]
    for event in late { #expect(story.on(event, after: .seconds(100)) == []) }
    #expect(story.timeLeft == nil)
  }

  @Test("An init that registers nothing says nothing to Consul")
  func initOnly() {
    var story = Story(Plan(registers: false))
    #expect(story.start() == [])
    #expect(story.on(.probed(.accepting)) == [])
    #expect(story.timeLeft == nil)
    let now = Notice.stopping(signal: Signal.terminate, .notRegistered, drain: .zero)
    #expect(story.on(signal: Signal.terminate) == [.log(now)] + Effect.stop(Signal.terminate))
    #expect(story.on(.ended(.exited(7))) == [.log(.ended(.exited(7))), .exit(7)])
  }
}
