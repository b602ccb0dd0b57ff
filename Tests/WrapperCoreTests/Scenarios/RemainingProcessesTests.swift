import Testing
import WrapperCore

@Suite("Remaining processes")
struct RemainingProcessesTests {
  private static let waiting = Policy(registers: false, waitForAll: .seconds(2))

  private func ended(_ policy: Policy = waiting) -> Simulation {
    var simulation = Simulation(policy)
    simulation.start()
    simulation.on(.ended(.exited(7), childrenLeft: true))
    return simulation
  }

  @Test("By default remaining processes aren't waited for")
  func notInspected() {
    var simulation = Simulation(Policy(registers: false, probes: false))
    simulation.start()
    #expect(simulation.on(.ended(.exited(7), childrenLeft: true)) == [.log(.ended(.exited(7))), .exit(7)])
  }

  @Test("Without remaining processes there is no wait")
  func alone() {
    var simulation = Simulation(Policy(registers: false, probes: false, waitForAll: .seconds(2)))
    simulation.start()
    #expect(simulation.on(.ended(.exited(7))) == [.log(.ended(.exited(7))), .exit(7)])
  }

  @Test("Remaining processes get TERM, and we exit with the process's status when they have ended")
  func inTime() {
    var simulation = Simulation(Policy(registers: false, probes: false, waitForAll: .seconds(2)))
    simulation.start()
    let waiting: [Effect] = [
      .log(.ended(.exited(7))), .log(.waitingForRemaining(.seconds(2))), .terminateRemaining,
    ]
    #expect(simulation.on(.ended(.exited(7), childrenLeft: true)) == waiting)
    #expect(simulation.on(.childEnded(childrenLeft: true), after: .seconds(1)) == [.terminateRemaining])
    #expect(simulation.on(.childEnded(childrenLeft: false)) == [.exit(7)])
  }

  @Test("Remaining processes are killed after their time, and waited for one more second")
  func killed() {
    var simulation = ended()
    #expect(simulation.timeLeft == .seconds(2))
    #expect(simulation.wait() == [.log(.killingRemaining), .killRemaining])
    #expect(simulation.on(.childEnded(childrenLeft: true)) == [.killRemaining])
    #expect(simulation.timeLeft == .seconds(1))
    #expect(simulation.wait() == [.exit(7)])
  }

  @Test("We exit as soon as killed processes have ended")
  func killedAtOnce() {
    var simulation = ended()
    simulation.wait()
    #expect(simulation.on(.childEnded(childrenLeft: false)) == [.exit(7)])
  }

  @Test("The second stop signal kills remaining processes")
  func secondStopSignal() {
    var simulation = ended()
    #expect(simulation.on(signal: Signal.terminate) == [])
    #expect(simulation.on(signal: user1) == [])
    #expect(simulation.on(signal: Signal.terminate) == [.log(.killingRemaining), .killRemaining])
    #expect(simulation.on(signal: Signal.terminate) == [])
  }

  @Test("A stop signal before the process's end counts as the first")
  func secondStopSignalAfterTheEnd() {
    var simulation = Simulation(Self.waiting)
    simulation.start()
    simulation.on(signal: Signal.terminate)
    simulation.on(.ended(.exited(7), childrenLeft: true))
    #expect(simulation.on(signal: Signal.interrupt) == [.log(.killingRemaining), .killRemaining])
  }

  @Test("Deregistrations are retried while remaining processes are waited for")
  func deregistered() {
    var simulation = Simulation.registered(Policy(waitForAll: .seconds(20)))
    simulation.on(.ended(.exited(7), childrenLeft: true))
    simulation.on(.lost(.closed))
    simulation.pass(.seconds(5))
    #expect(simulation.on(.elapsed) == [.send([.deregister])])
    simulation.on(.answered(.done))
    #expect(simulation.on(.childEnded(childrenLeft: false)) == [.exit(7)])
  }

  @Test("If remaining processes outlive Consul's time limit, we exit with them")
  func deregistrationUnconfirmed() {
    var simulation = Simulation.registered(Policy(waitForAll: .seconds(20)))
    simulation.on(.ended(.exited(7), childrenLeft: true))
    simulation.pass(.seconds(5))
    #expect(simulation.on(.childEnded(childrenLeft: false)) == [])
    #expect(simulation.timeLeft.map { $0 <= .zero } == true)
    #expect(simulation.on(.elapsed) == [.log(.deregistrationUnconfirmed), .exit(7)])
  }
}
