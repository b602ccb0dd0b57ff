import Testing
import WrapperCore

@Suite("A suspended process")
struct SuspensionTests {
  private let critical: [Effect] = [.log(.healthChanged(.suspended)), Effect.checks(.suspended)]

  @Test("Ctrl-Z suspends us with the process, and the process is continued with us")
  func terminalStop() {
    var simulation = Simulation.registered()
    let expected: [Effect] = [.suspendSelf(Signal.terminalStop), .signal(Signal.continue)]
    #expect(simulation.on(.suspended(by: Signal.terminalStop)) == expected)
    #expect(simulation.on(.continued) == [])
  }

  @Test(
    "A process suspended for terminal access is critical, and we are suspended with it",
    arguments: [Signal.terminalInput, Signal.terminalOutput])
  func terminalWait(signal: Int32) {
    var simulation = Simulation.registered()
    #expect(simulation.on(.suspended(by: signal)) == critical + [.suspendSelf(signal)])
  }

  @Test("After SIGSTOP the service is critical until a probe succeeds")
  func stop() {
    var simulation = Simulation.registered()
    #expect(simulation.on(.suspended(by: Signal.stop)) == critical)
    simulation.play(.answered(.done), .answered(.done))
    #expect(simulation.wait() == [Effect.checks(.suspended)])
    simulation.play(.answered(.done), .answered(.done))
    #expect(simulation.on(.continued) == [.probe])
    #expect(simulation.on(.probed(.accepting)) == [.log(.healthChanged(.accepting)), Effect.checks()])
  }

  @Test("Without a probe the service passes when the process continues")
  func withoutProbe() {
    var simulation = Simulation.registered(Policy(probes: false))
    #expect(simulation.on(.suspended(by: Signal.stop)) == critical)
    simulation.play(.answered(.done), .answered(.done))
    #expect(simulation.on(.continued) == [.log(.healthChanged(.accepting)), Effect.checks()])
  }

  @Test("A change during a heartbeat is sent right after it")
  func duringABeat() {
    var simulation = Simulation.registered()
    simulation.wait()
    simulation.on(.probed(.accepting))
    #expect(simulation.on(.suspended(by: Signal.stop)) == [.log(.healthChanged(.suspended))])
    simulation.on(.answered(.done))
    #expect(simulation.on(.answered(.done)) == [.disconnect, Effect.checks(.suspended)])
  }

  @Test("A suspension cancels the pending probe")
  func duringAProbe() {
    var simulation = Simulation.registered()
    simulation.wait()
    #expect(simulation.on(.suspended(by: Signal.stop)) == [.cancelProbe] + critical)
    #expect(simulation.on(.probed(.accepting)) == [])
  }

  @Test("A process that is suspended before it is ready isn't registered")
  func beforeReady() {
    var simulation = Simulation()
    simulation.start()
    simulation.play(.answered(.unknown), .suspended(by: Signal.stop))
    #expect(simulation.on(.probed(.accepting)) == [])
    #expect(simulation.wait() == [.probe])
    simulation.on(.continued)
    #expect(simulation.on(.probed(.accepting)) == [Effect.registration()])
  }

  @Test("A stop signal to a suspended process deregisters first")
  func stopSignal() {
    var simulation = Simulation.registered()
    simulation.play(.suspended(by: Signal.stop), .answered(.done), .answered(.done))
    #expect(simulation.on(signal: Signal.terminate) == [.send([.deregister])])
    #expect(simulation.on(.answered(.done)).suffix(2) == Effect.stop(Signal.terminate)[...])
  }
}
