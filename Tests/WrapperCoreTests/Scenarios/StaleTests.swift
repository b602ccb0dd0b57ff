import Testing
import WrapperCore

/// Started; the inspect found an earlier run's entry.
private func found(_ policy: Policy = Policy()) -> (Simulation, [Effect]) {
  var simulation = Simulation(policy)
  simulation.start()
  let effects = simulation.on(.answered(.done))
  return (simulation, effects)
}

@Suite("Stale entries of an earlier run")
struct StaleTests {
  @Test("A stale entry's *ready* check turns critical at the start")
  func markedCritical() {
    var (simulation, effects) = found()
    #expect(effects == [.disconnect, .send([.markCritical])])
    #expect(simulation.on(.answered(.done)) == [.disconnect])
    #expect(simulation.on(.probed(.accepting)) == [.registration()])
    simulation.play(.answered(.done), .answered(.done))
    let replaced = ServiceNotice.registered(.replacing, after: .zero)
    #expect(simulation.on(.answered(.done)) == [.disconnect, .log(replaced)])
  }

  @Test("A stale entry without our checks is deregistered")
  func staleWithoutChecks() {
    var (simulation, _) = found()
    #expect(simulation.on(.answered(.unknown)) == [.disconnect, .send([.deregister])])
    #expect(simulation.on(.answered(.done)) == [.disconnect])
  }

  @Test("Without a TTL a stale entry is deregistered")
  func withoutChecks() {
    var (simulation, effects) = found(Policy(ttl: nil))
    #expect(effects == [.disconnect, .send([.deregister])])
    #expect(simulation.on(.answered(.done)) == [.disconnect])
    #expect(simulation.on(.probed(.accepting)) == [.send([.register(.accepting)])])
    #expect(
      simulation.on(.answered(.done)) == [.disconnect, .log(.registered(.replacing, after: .zero))])
  }

  @Test("A foreign entry is logged and kept until our process is ready")
  func foreign() {
    var simulation = Simulation()
    simulation.start()
    #expect(
      simulation.on(.answered(.foreign("container 4f2a"))) == [
        .log(.foreignEntry(of: "container 4f2a")), .disconnect,
      ])
    var ended = simulation
    #expect(ended.on(.ended(.exited(7))).last == .exit(7))
    #expect(simulation.on(.probed(.accepting)) == [.registration()])
  }

  @Test("A foreign entry that overwrote ours is logged once")
  func overwritten() {
    var simulation = Simulation.registered(Policy(ttl: nil))
    for notice in [[Effect.log(.foreignEntry(of: "another"))], []] {
      simulation.wait()
      simulation.on(.probed(.accepting))
      #expect(simulation.on(.answered(.foreign("another"))) == notice + [.disconnect])
    }
  }

  @Test("A ready process is registered once the inspect is answered")
  func readyFirst() {
    var simulation = Simulation()
    simulation.start()
    #expect(simulation.on(.probed(.accepting)) == [])
    #expect(simulation.on(.answered(.done)) == [.disconnect, .registration()])
  }

  @Test("A failed request is retried while the process isn't ready")
  func retry() {
    var (simulation, _) = found()
    let failed = ServiceNotice.consulFailed(.failing("no"), registered: false)
    #expect(simulation.on(.answered(.failed(.failing("no")))) == [.disconnect, .log(failed)])
    simulation.on(.probed(.failing(refused)))
    #expect(simulation.on(.elapsed, after: .milliseconds(50)).last == .send([.markCritical]))
  }

  @Test("A stop before we are ready deregisters a stale entry")
  func suspended() {
    var (simulation, _) = found()
    simulation.on(.answered(.done))
    #expect(simulation.on(signal: Signal.terminate) == [.cancelProbe, .send([.deregister])])
    #expect(simulation.timeLeft == .milliseconds(300))
  }
}
