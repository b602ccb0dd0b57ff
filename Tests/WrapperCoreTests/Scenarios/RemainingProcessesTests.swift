import Testing
import WrapperCore

@Suite("Remaining processes")
struct OthersTests {
  private static let waiting = Policy(registers: false, waitForAll: .seconds(2))

  private func ended(_ policy: Policy = waiting) -> Simulation {
    var simulation = Simulation(policy)
    simulation.start()
    simulation.on(.ended(.exited(7), childrenLeft: true))
    return simulation
  }

  @Test("It isn't waited for where nobody asked for that")
  func notInspected() {
    var simulation = Simulation(Policy(registers: false, probes: false))
    simulation.start()
    #expect(simulation.on(.ended(.exited(7), childrenLeft: true)) == [.log(.ended(.exited(7))), .exit(7)])
  }

  @Test("Where nothing is left, nothing is waited for")
  func alone() {
    var simulation = Simulation(Policy(registers: false, probes: false, waitForAll: .seconds(2)))
    simulation.start()
    #expect(simulation.on(.ended(.exited(7))) == [.log(.ended(.exited(7))), .exit(7)])
  }

  @Test("It is told to end, once it is gone we are as well, with the status of the process")
  func inTime() {
    var simulation = Simulation(Policy(registers: false, probes: false, waitForAll: .seconds(2)))
    simulation.start()
    let told: [Effect] = [
      .log(.ended(.exited(7))), .log(.waitingForRemaining(.seconds(2))), .terminateRemaining,
    ]
    #expect(simulation.on(.ended(.exited(7), childrenLeft: true)) == told)
    #expect(simulation.on(.childEnded(childrenLeft: true), after: .seconds(1)) == [.terminateRemaining])
    #expect(simulation.on(.childEnded(childrenLeft: false)) == [.exit(7)])
  }

  @Test("It is killed when its time is over, and waited for a second more")
  func killed() {
    var simulation = ended()
    #expect(simulation.timeLeft == .seconds(2))
    #expect(simulation.wait() == [.log(.killingRemaining), .killRemaining])
    #expect(simulation.on(.childEnded(childrenLeft: true)) == [.killRemaining])
    #expect(simulation.timeLeft == .seconds(1))
    #expect(simulation.wait() == [.exit(7)])
  }

  @Test("What dies of the KILL isn't waited for any longer")
  func killedAtOnce() {
    var simulation = ended()
    simulation.wait()
    #expect(simulation.on(.childEnded(childrenLeft: false)) == [.exit(7)])
  }

  @Test("A stop signal while it is waited for is nothing new; another one skips the waiting")
  func impatience() {
    var simulation = ended()
    #expect(simulation.on(signal: Signal.terminate) == [])
    #expect(simulation.on(signal: user1) == [])
    #expect(simulation.on(signal: Signal.terminate) == [.log(.killingRemaining), .killRemaining])
    #expect(simulation.on(signal: Signal.terminate) == [])
  }

  @Test("After a stop signal that the process has got, the next one skips the waiting")
  func impatienceAfterAStop() {
    var simulation = Simulation(Self.waiting)
    simulation.start()
    simulation.on(signal: Signal.terminate)
    simulation.on(.ended(.exited(7), childrenLeft: true))
    #expect(simulation.on(signal: Signal.interrupt) == [.log(.killingRemaining), .killRemaining])
  }

  @Test("Consul is asked meanwhile, as long as there is time")
  func deregistered() {
    var simulation = Simulation.registered(Policy(waitForAll: .seconds(20)))
    simulation.on(.ended(.exited(7), childrenLeft: true))
    simulation.on(.lost(.closed))
    simulation.pass(.seconds(5))
    #expect(simulation.on(.elapsed) == [.send([.deregister])])
    simulation.on(.answered(.done))
    #expect(simulation.on(.childEnded(childrenLeft: false)) == [.exit(7)])
  }

  @Test("Where they outlive Consul's time and it stayed silent, we end with them")
  func deregistrationUnconfirmed() {
    var simulation = Simulation.registered(Policy(waitForAll: .seconds(20)))
    simulation.on(.ended(.exited(7), childrenLeft: true))
    simulation.pass(.seconds(5))
    #expect(simulation.on(.childEnded(childrenLeft: false)) == [])
    #expect(simulation.timeLeft.map { $0 <= .zero } == true)
    #expect(simulation.on(.elapsed) == [.log(.deregistrationUnconfirmed), .exit(7)])
  }
}
