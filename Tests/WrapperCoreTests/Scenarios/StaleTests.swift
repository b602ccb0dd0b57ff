import Testing
import WrapperCore

/// Started, with the entry of an earlier life found in Consul.
private func found(_ policy: Policy = Policy()) -> (Simulation, [Effect]) {
  var simulation = Simulation(policy)
  simulation.start()
  let effects = simulation.on(.answered(.done))
  return (simulation, effects)
}

@Suite("Stale entries of an earlier run")
struct StaleTests {
  @Test("Its *ready* check turns critical now, not when we are ready")
  func markedCritical() {
    var (simulation, effects) = found()
    #expect(effects == [.disconnect, .send([.markCritical])])
    #expect(simulation.on(.answered(.done)) == [.disconnect])
    #expect(simulation.on(.probed(.accepting)) == [.registration()])
    simulation.play(.answered(.done), .answered(.done))
    let replaced = Notice.registered(.replacing, after: .zero)
    #expect(simulation.on(.answered(.done)) == [.disconnect, .log(replaced)])
  }

  @Test("An entry that has none of our checks is deregistered")
  func staleWithoutChecks() {
    var (simulation, _) = found()
    #expect(simulation.on(.answered(.unknown)) == [.disconnect, .send([.deregister])])
    #expect(simulation.on(.answered(.done)) == [.disconnect])
  }

  @Test("Where there are no checks it is deregistered")
  func withoutChecks() {
    var (simulation, effects) = found(Policy(ttl: nil))
    #expect(effects == [.disconnect, .send([.deregister])])
    #expect(simulation.on(.answered(.done)) == [.disconnect])
    #expect(simulation.on(.probed(.accepting)) == [.send([.register(.accepting)])])
    #expect(
      simulation.on(.answered(.done)) == [.disconnect, .log(.registered(.replacing, after: .zero))])
  }

  @Test("An entry that is another's is told of and left alone, until our process is ready or ends")
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

  @Test("One that has taken our ID while we were registered without checks is told of once")
  func overwritten() {
    var simulation = Simulation.registered(Policy(ttl: nil))
    for told in [[Effect.log(.foreignEntry(of: "another"))], []] {
      simulation.wait()
      simulation.on(.probed(.accepting))
      #expect(simulation.on(.answered(.foreign("another"))) == told + [.disconnect])
    }
  }

  @Test("A ready process is registered over it, once the question is answered")
  func readyFirst() {
    var simulation = Simulation()
    simulation.start()
    #expect(simulation.on(.probed(.accepting)) == [])
    #expect(simulation.on(.answered(.done)) == [.disconnect, .registration()])
  }

  @Test("A failure is tried again, while the process isn't ready")
  func retry() {
    var (simulation, _) = found()
    let failed = Notice.consulFailed(.failing("no"), registered: false)
    #expect(simulation.on(.answered(.failing("no"))) == [.disconnect, .log(failed)])
    simulation.on(.probed(.failing(refused)))
    #expect(simulation.on(.elapsed, after: .milliseconds(50)).last == .send([.markCritical]))
  }

  @Test("A stop before we are ready takes it out as well")
  func suspended() {
    var (simulation, _) = found()
    simulation.on(.answered(.done))
    #expect(simulation.on(signal: Signal.terminate) == [.cancelProbe, .send([.deregister])])
    #expect(simulation.timeLeft == .milliseconds(300))
  }
}
