import Testing
import WrapperCore

@Suite("Signals")
struct SignalTests {
  @Test("A second stop signal ends the waiting: both are forwarded in order, each followed by CONT")
  func secondStopSignal() {
    var simulation = Simulation.deregistering(Policy(drain: .seconds(4)))
    let now = ProcessNotice.stopping(signal: Signal.terminate, .unconfirmed, drain: .zero)
    let both = Effect.stop(Signal.terminate) + Effect.stop(Signal.interrupt)
    #expect(simulation.on(signal: Signal.interrupt, after: .milliseconds(100)) == [.log(now)] + both)
  }

  @Test("A second stop signal ends the drain")
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

  @Test("SIGINT from the terminal stops, and isn't forwarded to a process that received it too")
  func sigintFromTheTerminal() {
    var simulation = Simulation.registered(Policy(drain: .seconds(4), stopTimeout: .seconds(9)))
    let notice = ProcessNotice.stoppedByTerminal(signal: Signal.interrupt)
    #expect(simulation.on(sigintFromTerminal) == [.send([.deregister]), .log(notice)])
    #expect(simulation.timeLeft == .seconds(9))
    #expect(simulation.on(sigintFromTerminal) == [])
    #expect(simulation.on(signal: Signal.interrupt) == Effect.stop(Signal.interrupt))
  }

  @Test("SIGINT from the terminal ends the waiting of a held SIGTERM")
  func sigintWhileSigtermIsHeld() {
    var simulation = Simulation.deregistering()
    let now = ProcessNotice.stopping(signal: Signal.terminate, .unconfirmed, drain: .zero)
    #expect(simulation.on(sigintFromTerminal) == [.log(now)] + Effect.stop(Signal.terminate))
  }

  @Test("SIGHUP from the terminal stops and is forwarded: only the session leader receives it")
  func sighupFromTheTerminal() {
    var simulation = Simulation.registered()
    #expect(simulation.on(sighupFromTerminal) == [.send([.deregister])])
    #expect(simulation.on(.answered(.done)).suffix(2) == Effect.stop(Signal.hangup)[...])
  }

  @Test("SIGHUP from a process is forwarded at once and doesn't stop")
  func sighupFromAProcess() {
    var simulation = Simulation.registered()
    #expect(simulation.on(signal: Signal.hangup) == [.signal(Signal.hangup)])
    #expect(simulation.wait() == [.probe])
  }

  @Test("SIGHUP from the terminal is only forwarded if it doesn't mean stop")
  func sighupThatDoesNotStop() {
    var simulation = Simulation.registered(Policy(terminalHangupStops: false))
    #expect(simulation.on(sighupFromTerminal) == [.signal(Signal.hangup)])
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
    "A signal that the terminal sent to the whole group isn't forwarded",
    arguments: [Signal.quit, Signal.terminalStop, Signal.windowChange])
  func sentToGroup(number: Int32) {
    var simulation = Simulation.registered()
    #expect(simulation.on(.signal(Signal(number, origin: .terminal))) == [])
    #expect(simulation.on(signal: number) == [.signal(number)])
  }

  @Test("The stop signals can be configured")
  func chosenStopSignals() {
    var simulation = Simulation.registered(Policy(stopSignals: [Signal.quit]))
    #expect(simulation.on(signal: Signal.terminate) == [.signal(Signal.terminate)])
    #expect(simulation.on(signal: Signal.quit) == [.send([.deregister])])
    #expect(simulation.on(.answered(.done)).suffix(2) == Effect.stop(Signal.quit)[...])
  }

  @Test("No signal is sent after the process's end")
  func afterTheEnd() {
    var simulation = Simulation.deregistering()
    simulation.on(.ended(.exited(0)))
    #expect(simulation.on(signal: Signal.terminate) == [])
    #expect(simulation.on(signal: user1) == [])
  }
}
