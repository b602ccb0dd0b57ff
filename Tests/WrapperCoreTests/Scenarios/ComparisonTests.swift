import Testing
import WrapperCore

extension Simulation {
  /// Registered, and beaten as often as it takes until the agent's entry is compared: that exchange is under way.
  fileprivate static func comparing(_ policy: Policy = Policy(probes: false)) -> (Simulation, beats: Int) {
    var simulation = Simulation.registered(policy)
    for beat in 1...20 {
      if simulation.wait() == [.send([.inspect, .alive, .ready(.accepting)])] { return (simulation, beat) }
      simulation.play(.answered(.done), .answered(.done))
    }
    return (simulation, 0)
  }
}

@Suite("The agent's entry is compared with ours")
struct ComparisonTests {
  @Test("About every 30 s, with a heartbeat")
  func cadence() {
    var (simulation, beats) = Simulation.comparing()
    #expect(beats == 6)
    simulation.play(.answered(.done), .answered(.done))
    #expect(simulation.on(.answered(.done)) == [.disconnect])
    #expect(simulation.wait() == [Effect.checks()])
  }

  @Test("One that somebody has changed is registered again")
  func different() {
    var (simulation, _) = Simulation.comparing()
    simulation.play(.answered(.different), .answered(.done))
    #expect(simulation.on(.answered(.done)) == [.disconnect, Effect.registration()])
    simulation.play(.answered(.done), .answered(.done))
    #expect(simulation.on(.answered(.done)).last.isRenewal)
  }

  @Test(
    "One that another has taken is told of and left to it, not kept alive by us, and not taken out at a stop")
  func taken() {
    var (simulation, _) = Simulation.comparing()
    #expect(simulation.on(.answered(.foreign("another"))) == [.log(.foreignEntry(of: "another"))])
    simulation.play(.answered(.done))
    #expect(simulation.on(.answered(.done)) == [.disconnect])
    #expect(simulation.wait() == [.send([.inspect])])
    #expect(simulation.on(.answered(.foreign("another"))) == [.disconnect])
    #expect(simulation.on(signal: Signal.terminate).contains(.send([.deregister])) == false)
  }

  @Test("A new token is no reason to take it back from the other")
  func takenAndNewToken() {
    var (simulation, _) = Simulation.comparing()
    simulation.play(.answered(.foreign("another")), .answered(.done), .answered(.done))
    #expect(simulation.wait() == [.send([.inspect])])
    simulation.play(.outdated, .sent, .lost(.closed))
    #expect(simulation.wait() == [.send([.inspect])])
  }

  @Test("When the other is gone, we are registered again")
  func takenBack() {
    var (simulation, _) = Simulation.comparing()
    simulation.play(.answered(.foreign("another")), .answered(.done), .answered(.done))
    simulation.wait()
    #expect(simulation.on(.answered(.unknown)) == [.disconnect, Effect.registration()])
  }

  @Test("In trouble it isn't: the agent has enough to do")
  func trouble() {
    var simulation = Simulation.registered(Policy(probes: false))
    for _ in 0..<12 {
      simulation.wait()
      simulation.on(.lost(.closed))
    }
    simulation.pass(.seconds(60))
    #expect(simulation.on(.elapsed) == [Effect.checks()])
  }

  @Test("With a new token we are registered again, since the agent keeps the one of the registration")
  func newToken() {
    var simulation = Simulation.registered(Policy(probes: false))
    simulation.wait()
    #expect(simulation.on(.outdated) == [])
    simulation.play(.sent, .answered(.done))
    #expect(simulation.on(.answered(.done)) == [.disconnect, Effect.registration()])
    simulation.play(.answered(.done), .answered(.done))
    #expect(simulation.on(.answered(.done)).last.isRenewal)
    #expect(simulation.wait() == [Effect.checks()])
  }
}

extension Effect? {
  fileprivate var isRenewal: Bool {
    if case .log(.registered(.renewed, _))? = self { return true }
    return false
  }
}
