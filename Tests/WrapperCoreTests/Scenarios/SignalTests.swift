import Testing
import WrapperCore

@Suite("Signals")
struct SignalTests {
  @Test("A second stop signal skips the waiting; both are forwarded in order, each followed by CONT")
  func secondStopSignal() {
    var simulation = Simulation.deregistering(Policy(drain: .seconds(4)))
    let now = Notice.stopping(signal: Signal.terminate, .unconfirmed, drain: .zero)
    let both = Effect.stop(Signal.terminate) + Effect.stop(Signal.interrupt)
    #expect(simulation.on(signal: Signal.interrupt, after: .milliseconds(100)) == [.log(now)] + both)
  }

  @Test("A second stop signal skips what is left of the drain")
  func secondStopSignalInDrain() {
    var simulation = Simulation.stopping(Policy(drain: .seconds(4)))
    let both = Effect.stop(Signal.terminate) + Effect.stop(Signal.terminate)
    #expect(simulation.on(signal: Signal.terminate, after: .seconds(1)) == both)
    #expect(simulation.timeLeft == nil)
  }

  @Test("Every later stop signal is forwarded at once, and doesn't postpone the KILL")
  func thirdStopSignal() {
    var simulation = Simulation.stopping(Policy(stopTimeout: .seconds(9)))
    #expect(simulation.on(signal: Signal.interrupt, after: .seconds(1)) == Effect.stop(Signal.interrupt))
    #expect(simulation.timeLeft == .seconds(8))
    simulation.wait()
    #expect(simulation.on(signal: Signal.terminate) == Effect.stop(Signal.terminate))
  }

  @Test("A terminal's INT stops, and isn't sent to a process that has it already")
  func interruptByTheTerminal() {
    var simulation = Simulation.registered(Policy(drain: .seconds(4), stopTimeout: .seconds(9)))
    let told = Notice.stoppedByTerminal(signal: Signal.interrupt)
    #expect(simulation.on(interruptByTerminal) == [.send([.deregister]), .log(told)])
    #expect(simulation.timeLeft == .seconds(9))
    #expect(simulation.on(interruptByTerminal) == [])
    #expect(simulation.on(signal: Signal.interrupt) == Effect.stop(Signal.interrupt))
  }

  @Test("A terminal's INT skips the waiting of a TERM that is held")
  func interruptByTheTerminalSecond() {
    var simulation = Simulation.deregistering()
    let now = Notice.stopping(signal: Signal.terminate, .unconfirmed, drain: .zero)
    #expect(simulation.on(interruptByTerminal) == [.log(now)] + Effect.stop(Signal.terminate))
  }

  @Test("A terminal's hang-up stops and is forwarded, since only the session leader gets it")
  func hangUpByTheTerminal() {
    var simulation = Simulation.registered()
    #expect(simulation.on(hangUpByTerminal) == [.send([.deregister])])
    #expect(simulation.on(.answered(.done)).suffix(2) == Effect.stop(Signal.hangUp)[...])
  }

  @Test("A hang-up that was sent is a reload: forwarded at once, no stop")
  func hangUpSent() {
    var simulation = Simulation.registered()
    #expect(simulation.on(signal: Signal.hangUp) == [.signal(Signal.hangUp)])
    #expect(simulation.wait() == [.probe])
  }

  @Test("A terminal's hang-up is only forwarded where it doesn't mean stop")
  func hangUpWithoutMeaning() {
    var simulation = Simulation.registered(Policy(hangUpStops: false))
    #expect(simulation.on(hangUpByTerminal) == [.signal(Signal.hangUp)])
  }

  @Test("Every other signal is forwarded at once, also while a stop signal is held")
  func otherSignals() {
    var serving = Simulation.registered()
    #expect(serving.on(signal: user1) == [.signal(user1)])
    var held = Simulation.deregistering(Policy(drain: .seconds(4)))
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
    var simulation = Simulation.registered()
    #expect(simulation.on(.signal(Signal(number, origin: .terminal))) == [])
    #expect(simulation.on(signal: number) == [.signal(number)])
  }

  @Test("The signals that mean stop are the user's to choose")
  func chosenStopSignals() {
    var simulation = Simulation.registered(Policy(stopSignals: [Signal.quit]))
    #expect(simulation.on(signal: Signal.terminate) == [.signal(Signal.terminate)])
    #expect(simulation.on(signal: Signal.quit) == [.send([.deregister])])
    #expect(simulation.on(.answered(.done)).suffix(2) == Effect.stop(Signal.quit)[...])
  }

  @Test("A process that is gone gets no signal")
  func afterTheEnd() {
    var simulation = Simulation.deregistering()
    simulation.on(.ended(.exited(0)))
    #expect(simulation.on(signal: Signal.terminate) == [])
    #expect(simulation.on(signal: user1) == [])
  }
}
