import Testing
import WrapperCore

@Suite("Rewritten signals")
struct RewriteTests {
  private let plan = Plan(rewrites: [Signal.terminate: Signal.quit, Signal.hangUp: Plan.dropped, user1: 12])

  @Test("A stop signal is one as received, and forwarded as the other")
  func stop() {
    var story = Story.registered(plan)
    #expect(story.on(signal: Signal.terminate) == [.send([.deregister])])
    let told = Notice.stopping(
      signal: Signal.terminate, as: Signal.quit, .deregistered(after: .zero), drain: .zero)
    #expect(story.on(.answered(.done)) == [.disconnect, .log(told)] + Effect.stop(Signal.quit))
    #expect(story.on(signal: Signal.terminate) == Effect.stop(Signal.quit))
    #expect(story.on(signal: Signal.quit) == [.signal(Signal.quit)])
  }

  @Test("Any other is sent as the other, or not at all")
  func other() {
    var story = Story.registered(plan)
    #expect(story.on(signal: user1) == [.signal(12)])
    #expect(story.on(signal: 12) == [.signal(12)])
    #expect(story.on(signal: Signal.hangUp) == [])
  }

  @Test("One that is dropped is no stop")
  func droppedStop() {
    var story = Story.registered(Plan(rewrites: [Signal.terminate: Plan.dropped]))
    #expect(story.on(signal: Signal.terminate) == [])
    #expect(story.on(signal: Signal.interrupt) == [.send([.deregister])])
  }

  @Test("What the terminal sent to the process as itself is still sent as the other")
  func terminal() {
    var story = Story.registered(Plan(rewrites: [Signal.interrupt: Signal.terminate]))
    #expect(story.on(interruptByTerminal) == [.send([.deregister])])
    #expect(story.on(.answered(.done)).suffix(2) == Effect.stop(Signal.terminate)[...])
  }

  @Test("Our own TERM at the ready time-out is rewritten too; dropped, it is sent all the same")
  func readyTimeout() {
    for (rewritten, sent) in [(Signal.quit, Signal.quit), (Plan.dropped, Signal.terminate)] {
      var story = Story(
        Plan(readyTimeout: .seconds(3), rewrites: [Signal.terminate: rewritten]))
      story.start()
      story.pass(.seconds(3))
      #expect(story.on(.elapsed).suffix(2) == Effect.stop(sent)[...])
    }
  }
}

@Suite("Expected exits")
struct ExpectedExitTests {
  @Test(
    "An expected status is reported as 0, and no other is",
    arguments: [(.exited(143), 0), (.killed(signal: 15), 0), (.exited(1), 1), (.exited(7), 0)]
      as [(ExitStatus, Int32)])
  func status(_ status: ExitStatus, _ code: Int32) {
    var story = Story(Plan(registers: false, expectedExits: [143, 7]))
    story.start()
    #expect(story.on(.ended(status)).last == .exit(code))
  }

  @Test("The ready time-out is ours to report, whatever is expected of the process")
  func verdict() {
    var story = Story(Plan(readyTimeout: .seconds(3), expectedExits: [124]))
    story.start()
    story.pass(.seconds(3))
    story.on(.elapsed)
    #expect(story.on(.ended(.exited(0))).last == .exit(124))
  }
}

@Suite("Signals by a terminal while the process is in another group")
struct OtherGroupTests {
  private func byTerminal(_ number: Int32) -> Event { .signal(Signal(number, origin: .terminalToUsAlone)) }

  @Test("are forwarded, since it hasn't got them")
  func forwarded() {
    var story = Story.registered()
    #expect(story.on(byTerminal(Signal.windowChange)) == [.signal(Signal.windowChange)])
    #expect(story.on(byTerminal(Signal.interrupt)) == [.send([.deregister])])
    #expect(story.on(.answered(.done)).suffix(2) == Effect.stop(Signal.interrupt)[...])
  }

  @Test("A hang-up still means stop")
  func hangUp() {
    var story = Story.registered()
    #expect(story.on(byTerminal(Signal.hangUp)) == [.send([.deregister])])
  }
}
