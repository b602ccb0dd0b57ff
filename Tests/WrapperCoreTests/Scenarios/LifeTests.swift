import Testing
import WrapperCore

@Suite("From start to exit")
struct LifeTests {
  @Test("A process is probed, registered, renewed, deregistered, signalled and ends")
  func normalLife() {
    var simulation = Simulation()
    #expect(simulation.start() == [.send([.inspect]), .probe])
    #expect(simulation.on(.answered(.unknown), after: .milliseconds(2)) == [.disconnect])
    #expect(simulation.on(.probed(.failing(refused)), after: .milliseconds(1)) == [])
    #expect(simulation.wait() == [.probe])
    #expect(simulation.on(.probed(.accepting)) == [.registration()])
    #expect(simulation.on(.answered(.done), after: .milliseconds(2)) == [.checks()])
    #expect(simulation.on(.answered(.done), after: .milliseconds(1)) == [])
    let registered = ServiceNotice.registered(.first, after: .milliseconds(4))
    #expect(simulation.on(.answered(.done), after: .milliseconds(1)) == [.disconnect, .log(registered)])

    #expect(simulation.wait() == [.probe])
    #expect(simulation.on(.probed(.accepting)) == [.send([.alive, .ready(.accepting)])])
    #expect(simulation.on(.answered(.done)) == [])
    #expect(simulation.on(.answered(.done)) == [.disconnect])

    #expect(simulation.on(signal: Signal.terminate) == [.send([.deregister])])
    let gone = ProcessNotice.stopping(
      signal: Signal.terminate, .deregistered(after: .milliseconds(2)), drain: .zero)
    let forwarded = [.disconnect, .log(gone)] + Effect.stop(Signal.terminate)
    #expect(simulation.on(.answered(.done), after: .milliseconds(2)) == forwarded)
    #expect(simulation.timeLeft == nil)
    #expect(simulation.on(.ended(.exited(0)), after: .seconds(1)) == [.log(.ended(.exited(0))), .exit(0)])
    #expect(simulation.timeLeft == nil)
  }

  @Test("A process without a probe is registered at once, without an inspect")
  func withoutProbe() {
    var simulation = Simulation(Policy(probes: false))
    #expect(simulation.start() == [.registration()])
    simulation.play(.answered(.done), .answered(.done), .answered(.done))
    #expect(simulation.wait() == [.send([.alive, .ready(.accepting)])])
  }

  @Test("A process that ends by itself is deregistered before the exit")
  func ownEnd() {
    var simulation = Simulation.registered()
    #expect(simulation.on(.ended(.exited(3))) == [.log(.ended(.exited(3))), .send([.deregister])])
    let deregistered = ServiceNotice.deregistered(after: .milliseconds(2))
    #expect(
      simulation.on(.answered(.done), after: .milliseconds(2)) == [.disconnect, .log(deregistered), .exit(3)])
  }

  @Test("A process that ends before it was registered causes no delay")
  func endBeforeReady() {
    var simulation = Simulation()
    simulation.start()
    let effects: [Effect] = [.log(.ended(.exited(1))), .cancelProbe, .disconnect, .exit(1)]
    #expect(simulation.on(.ended(.exited(1))) == effects)
  }

  @Test(
    "The exit status is the process's own, or 128 and the signal that killed it",
    arguments: [
      (ExitStatus.exited(0), 0), (.exited(7), 7), (.exited(255), 255), (.killed(signal: 9), 137),
      (.killed(signal: 15), 143), (.killed(signal: 11), 139),
    ] as [(ExitStatus, Int32)])
  func exitStatus(of status: ExitStatus, is code: Int32) {
    var simulation = Simulation.stopping()
    #expect(simulation.on(.ended(status)).last == .exit(code))
  }

  @Test("After the exit no event has an effect")
  func afterTheExit() {
    var simulation = Simulation.deregistering()
    simulation.on(.ended(.exited(0)))
    #expect(simulation.wait().last == .exit(0))
    let late: [Event] = [
      .answered(.done), .answered(.failed(.failing(""))), .lost(.closed), .probed(.accepting), .elapsed,
      .ended(.exited(1)), .signal(Signal(Signal.terminate)), .signal(Signal(user1)),
    ]
    for event in late { #expect(simulation.on(event, after: .seconds(100)) == []) }
    #expect(simulation.timeLeft == nil)
  }

  @Test("An init without services sends nothing to Consul")
  func initOnly() {
    var simulation = Simulation(Policy(registers: false))
    #expect(simulation.start() == [])
    #expect(simulation.on(.probed(.accepting)) == [])
    #expect(simulation.timeLeft == nil)
    let now = ProcessNotice.stopping(signal: Signal.terminate, .notRegistered, drain: .zero)
    #expect(simulation.on(signal: Signal.terminate) == [.log(now)] + Effect.stop(Signal.terminate))
    #expect(simulation.on(.ended(.exited(7))) == [.log(.ended(.exited(7))), .exit(7)])
  }
}
