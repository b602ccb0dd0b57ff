import Testing
import WrapperCore

extension Simulation {
  /// Registered; after some heartbeats the agent's entry is being compared.
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
  @Test("The entry is compared about every 30 s, with a heartbeat")
  func cadence() {
    var (simulation, beats) = Simulation.comparing()
    #expect(beats == 6)
    simulation.play(.answered(.done), .answered(.done))
    #expect(simulation.on(.answered(.done)) == [.disconnect])
    #expect(simulation.wait() == [Effect.checks()])
  }

  @Test("An entry that was changed is registered again")
  func different() {
    var (simulation, _) = Simulation.comparing()
    simulation.play(.answered(.different), .answered(.done))
    #expect(simulation.on(.answered(.done)) == [.disconnect, Effect.registration()])
    simulation.play(.answered(.done), .answered(.done))
    #expect(simulation.on(.answered(.done)).last.isRenewal)
  }

  @Test(
    "A foreign entry is logged, gets no updates, and isn't deregistered at a stop")
  func foreign() {
    var (simulation, _) = Simulation.comparing()
    #expect(simulation.on(.answered(.foreign("another"))) == [.log(.foreignEntry(of: "another"))])
    simulation.play(.answered(.done))
    #expect(simulation.on(.answered(.done)) == [.disconnect])
    #expect(simulation.wait() == [.send([.inspect])])
    #expect(simulation.on(.answered(.foreign("another"))) == [.disconnect])
    #expect(simulation.on(signal: Signal.terminate).contains(.send([.deregister])) == false)
  }

  @Test("A new token doesn't overwrite a foreign entry")
  func foreignAndNewToken() {
    var (simulation, _) = Simulation.comparing()
    simulation.play(.answered(.foreign("another")), .answered(.done), .answered(.done))
    #expect(simulation.wait() == [.send([.inspect])])
    simulation.play(.outdated, .sent, .lost(.closed))
    #expect(simulation.wait() == [.send([.inspect])])
  }

  @Test("When the foreign entry is gone, we are registered again")
  func foreignEntryGone() {
    var (simulation, _) = Simulation.comparing()
    simulation.play(.answered(.foreign("another")), .answered(.done), .answered(.done))
    simulation.wait()
    #expect(simulation.on(.answered(.unknown)) == [.disconnect, Effect.registration()])
  }

  @Test("After a failure the entry isn't compared")
  func trouble() {
    var simulation = Simulation.registered(Policy(probes: false))
    for _ in 0..<12 {
      simulation.wait()
      simulation.on(.lost(.closed))
    }
    simulation.pass(.seconds(60))
    #expect(simulation.on(.elapsed) == [Effect.checks()])
  }

  @Test("With a new token the service is registered again")
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
    if case .service(.log(.registered(.renewed, _)), _)? = self { return true }
    return false
  }
}
