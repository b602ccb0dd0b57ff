import Testing
import WrapperCore

@Suite("Rewritten signals")
struct RewriteTests {
  private let policy = Policy(rewrites: [
    Signal.terminate: Signal.quit, Signal.hangup: Policy.dropped, user1: 12,
  ])

  @Test("A rewritten stop signal still stops, and is forwarded as the other signal")
  func stop() {
    var simulation = Simulation.registered(policy)
    #expect(simulation.on(signal: Signal.terminate) == [.send([.deregister])])
    let notice = ProcessNotice.stopping(
      signal: Signal.terminate, as: Signal.quit, .deregistered(after: .zero), drain: .zero)
    #expect(simulation.on(.answered(.done)) == [.disconnect, .log(notice)] + Effect.stop(Signal.quit))
    #expect(simulation.on(signal: Signal.terminate) == Effect.stop(Signal.quit))
    #expect(simulation.on(signal: Signal.quit) == [.signal(Signal.quit)])
  }

  @Test("Other rewritten signals are forwarded as the other signal, or dropped")
  func other() {
    var simulation = Simulation.registered(policy)
    #expect(simulation.on(signal: user1) == [.signal(12)])
    #expect(simulation.on(signal: 12) == [.signal(12)])
    #expect(simulation.on(signal: Signal.hangup) == [])
  }

  @Test("A dropped stop signal doesn't stop")
  func droppedStop() {
    var simulation = Simulation.registered(Policy(rewrites: [Signal.terminate: Policy.dropped]))
    #expect(simulation.on(signal: Signal.terminate) == [])
    #expect(simulation.on(signal: Signal.interrupt) == [.send([.deregister])])
  }

  @Test("A signal that the terminal sent to the group is still forwarded if it is rewritten")
  func terminal() {
    var simulation = Simulation.registered(Policy(rewrites: [Signal.interrupt: Signal.terminate]))
    #expect(simulation.on(sigintFromTerminal) == [.send([.deregister])])
    #expect(simulation.on(.answered(.done)).suffix(2) == Effect.stop(Signal.terminate)[...])
  }

  @Test("The ready time-out's TERM is rewritten, and sent even if TERM is dropped")
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
    "Only an expected status is reported as 0",
    arguments: [(.exited(143), 0), (.killed(signal: 15), 0), (.exited(1), 1), (.exited(7), 0)]
      as [(ExitStatus, Int32)])
  func status(_ status: ExitStatus, _ code: Int32) {
    var simulation = Simulation(Policy(registers: false, expectedExits: [143, 7]))
    simulation.start()
    #expect(simulation.on(.ended(status)).last == .exit(code))
  }

  @Test("An expected status doesn't hide the ready time-out")
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

  @Test("They are forwarded, since the process didn't receive them")
  func forwarded() {
    var simulation = Simulation.registered()
    #expect(simulation.on(byTerminal(Signal.windowChange)) == [.signal(Signal.windowChange)])
    #expect(simulation.on(byTerminal(Signal.interrupt)) == [.send([.deregister])])
    #expect(simulation.on(.answered(.done)).suffix(2) == Effect.stop(Signal.interrupt)[...])
  }

  @Test("SIGHUP still means stop")
  func sighup() {
    var simulation = Simulation.registered()
    #expect(simulation.on(byTerminal(Signal.hangup)) == [.send([.deregister])])
  }
}
