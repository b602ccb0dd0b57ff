import Testing
import WrapperCore

@Suite("Signals")
struct SignalTests {
  @Test("A second stop signal skips the waiting; both are forwarded in order, each followed by CONT")
  func secondStopSignal() {
    var story = Story.deregistering(Plan(drain: .seconds(4)))
    let now = Notice.stopping(signal: Signal.terminate, .unconfirmed, drain: .zero)
    let both = Effect.stop(Signal.terminate) + Effect.stop(Signal.interrupt)
    #expect(story.on(signal: Signal.interrupt, after: .milliseconds(100)) == [.log(now)] + both)
  }

  @Test("A second stop signal skips what is left of the drain")
  func secondStopSignalInDrain() {
    var story = Story.stopping(Plan(drain: .seconds(4)))
    let both = Effect.stop(Signal.terminate) + Effect.stop(Signal.terminate)
    #expect(story.on(signal: Signal.terminate, after: .seconds(1)) == both)
    #expect(story.timeLeft == nil)
  }

  @Test("Every later stop signal is forwarded at once, and doesn't postpone the KILL")
  func thirdStopSignal() {
    var story = Story.stopping(Plan(stopTimeout: .seconds(9)))
    #expect(story.on(signal: Signal.interrupt, after: .seconds(1)) == Effect.stop(Signal.interrupt))
    #expect(story.timeLeft == .seconds(8))
    story.wait()
    #expect(story.on(signal: Signal.terminate) == Effect.stop(Signal.terminate))
  }

  @Test("A terminal's INT stops, and isn't sent to a process that has it already")
  func interruptByTheTerminal() {
    var story = Story.registered(Plan(drain: .seconds(4), stopTimeout: .seconds(9)))
    let told = Notice.stoppedByTerminal(signal: Signal.interrupt)
    #expect(story.on(interruptByTerminal) == [.send([.deregister]), .log(told)])
    #expect(story.timeLeft == .seconds(9))
    #expect(story.on(interruptByTerminal) == [])
    #expect(story.on(signal: Signal.interrupt) == Effect.stop(Signal.interrupt))
  }

  @Test("A terminal's INT skips the waiting of a TERM that is held")
  func interruptByTheTerminalSecond() {
    var story = Story.deregistering()
    let now = Notice.stopping(signal: Signal.terminate, .unconfirmed, drain: .zero)
    #expect(story.on(interruptByTerminal) == [.log(now)] + Effect.stop(Signal.terminate))
  }

  @Test("A terminal's hang-up stops and is forwarded, since only the session leader gets it")
  func hangUpByTheTerminal() {
    var story = Story.registered()
    #expect(story.on(hangUpByTerminal) == [.send([.deregister])])
    #expect(story.on(.answered(.done)).suffix(2) == Effect.stop(Signal.hangUp)[...])
  }

  @Test("A hang-up that was sent is a reload: forwarded at once, no stop")
  func hangUpSent() {
    var story = Story.registered()
    #expect(story.on(signal: Signal.hangUp) == [.signal(Signal.hangUp)])
    #expect(story.wait() == [.probe])
  }

  @Test("A terminal's hang-up is only forwarded where it doesn't mean stop")
  func hangUpWithoutMeaning() {
    var story = Story.registered(Plan(hangUpStops: false))
    #expect(story.on(hangUpByTerminal) == [.signal(Signal.hangUp)])
  }

  @Test("Every other signal is forwarded at once, also while a stop signal is held")
  func otherSignals() {
    var serving = Story.registered()
    #expect(serving.on(signal: user1) == [.signal(user1)])
    var held = Story.deregistering(Plan(drain: .seconds(4)))
    #expect(held.on(signal: user1) == [.signal(user1)])
    held.on(.answered(.done))
    #expect(held.on(signal: user1) == [.signal(user1)])
    #expect(held.wait() == Effect.stop(Signal.terminate))
    #expect(held.on(signal: user1) == [.signal(user1)])
  }

  @Test(
    "What the terminal sends to the whole group isn't sent twice; sent by hand it is forwarded",
    arguments: [Signal.quit, Signal.terminalStop, Signal.windowChange])
  func sentToGroup(number: Int32) {
    var story = Story.registered()
    #expect(story.on(.signal(Signal(number, origin: .terminal))) == [])
    #expect(story.on(signal: number) == [.signal(number)])
  }

  @Test("The signals that mean stop are the user's to choose")
  func chosenStopSignals() {
    var story = Story.registered(Plan(stopSignals: [Signal.quit]))
    #expect(story.on(signal: Signal.terminate) == [.signal(Signal.terminate)])
    #expect(story.on(signal: Signal.quit) == [.send([.deregister])])
    #expect(story.on(.answered(.done)).suffix(2) == Effect.stop(Signal.quit)[...])
  }

  @Test("A process that is gone gets no signal")
  func afterTheEnd() {
    var story = Story.deregistering()
    story.on(.ended(.exited(0)))
    #expect(story.on(signal: Signal.terminate) == [])
    #expect(story.on(signal: user1) == [])
  }
}
