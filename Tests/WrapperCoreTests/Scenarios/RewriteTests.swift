import Testing
import WrapperCore

@Suite("Rewritten signals")
struct RewriteTests {
  private let policy = Policy(rewrites: [
    Signal.terminate: Signal.quit, Signal.hangUp: Policy.dropped, user1: 12,
  ])

  @Test("A stop signal is one as received, and forwarded as the other")
  func stop() {
    var simulation = Simulation.registered(policy)
    #expect(simulation.on(signal: Signal.terminate) == [.send([.deregister])])
    let told = Notice.stopping(
      signal: Signal.terminate, as: Signal.quit, .deregistered(after: .zero), drain: .zero)
    #expect(simulation.on(.answered(.done)) == [.disconnect, .log(told)] + Effect.stop(Signal.quit))
    #expect(simulation.on(signal: Signal.terminate) == Effect.stop(Signal.quit))
    #expect(simulation.on(signal: Signal.quit) == [.signal(Signal.quit)])
  }

  @Test("Any other is sent as the other, or not at all")
  func other() {
    var simulation = Simulation.registered(policy)
    #expect(simulation.on(signal: user1) == [.signal(12)])
    #expect(simulation.on(signal: 12) == [.signal(12)])
    #expect(simulation.on(signal: Signal.hangUp) == [])
  }

  @Test("One that is dropped is no stop")
  func droppedStop() {
    var simulation = Simulation.registered(Policy(rewrites: [Signal.terminate: Policy.dropped]))
    #expect(simulation.on(signal: Signal.terminate) == [])
    #expect(simulation.on(signal: Signal.interrupt) == [.send([.deregister])])
  }

  @Test("What the terminal sent to the process as itself is still sent as the other")
  func terminal() {
    var simulation = Simulation.registered(Policy(rewrites: [Signal.interrupt: Signal.terminate]))
    #expect(simulation.on(interruptByTerminal) == [.send([.deregister])])
    #expect(simulation.on(.answered(.done)).suffix(2) == Effect.stop(Signal.terminate)[...])
  }

  @Test("Our own TERM at the ready time-out is rewritten too; dropped, it is sent all the same")
  func readyTimeout() {
    for (rewritten, sent) in [(Signal.quit, Signal.quit), (Policy.dropped, Signal.terminate)] {
      var simulation = Simulation(
        Policy(readyTimeout: .seconds(3), rewrites: [Signal.terminate: rewritten]))
      simulation.start()
      simulation.pass(.seconds(3))
      #expect(simulation.on(.elapsed).suffix(2) == Effect.stop(sent)[...])
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
    var simulation = Simulation(Policy(registers: false, expectedExits: [143, 7]))
    simulation.start()
    #expect(simulation.on(.ended(status)).last == .exit(code))
  }

  @Test("The ready time-out is ours to report, whatever is expected of the process")
  func exitOverride() {
    var simulation = Simulation(Policy(readyTimeout: .seconds(3), expectedExits: [124]))
    simulation.start()
    simulation.pass(.seconds(3))
    simulation.on(.elapsed)
    #expect(simulation.on(.ended(.exited(0))).last == .exit(124))
  }
}

@Suite("Signals by a terminal while the process is in another group")
struct OtherGroupTests {
  private func byTerminal(_ number: Int32) -> Event { .signal(Signal(number, origin: .terminalToUsAlone)) }

  @Test("are forwarded, since it hasn't got them")
  func forwarded() {
    var simulation = Simulation.registered()
    #expect(simulation.on(byTerminal(Signal.windowChange)) == [.signal(Signal.windowChange)])
    #expect(simulation.on(byTerminal(Signal.interrupt)) == [.send([.deregister])])
    #expect(simulation.on(.answered(.done)).suffix(2) == Effect.stop(Signal.interrupt)[...])
  }

  @Test("A hang-up still means stop")
  func hangUp() {
    var simulation = Simulation.registered()
    #expect(simulation.on(byTerminal(Signal.hangUp)) == [.send([.deregister])])
  }
}
