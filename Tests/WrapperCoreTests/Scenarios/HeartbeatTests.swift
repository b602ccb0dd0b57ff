import Testing
import WrapperCore

@Suite("Heartbeats")
struct HeartbeatTests {
  @Test(
    "A beat comes after a third of the TTL, at most a tenth earlier, and never without a probe",
    arguments: [(15, 0, 4_500), (15, 500, 4_750), (15, 1_000, 5_000), (3, 0, 900), (3, 1_000, 1_000)])
  func beat(ttl: Int, jitter: Int, pause: Int) {
    var simulation = Simulation.registered(Policy(ttl: .seconds(ttl), jitter: jitter))
    for _ in 0..<3 {
      #expect(simulation.timeLeft == .milliseconds(pause))
      #expect(simulation.wait() == [.probe])
      #expect(simulation.on(.probed(.accepting)) == [.send([.alive, .ready(.accepting)])])
      simulation.play(.answered(.done), .answered(.done))
    }
  }

  @Test("The beat carries what the probe says, and a change is told once")
  func health() {
    var simulation = Simulation.registered()
    simulation.wait()
    let sick = Health.failing(refused)
    #expect(simulation.on(.probed(sick)) == [.log(.healthChanged(sick)), .send([.alive, .ready(sick)])])
    simulation.play(.answered(.done), .answered(.done))
    simulation.wait()
    #expect(simulation.on(.probed(sick)) == [.send([.alive, .ready(sick)])])
    simulation.play(.answered(.done), .answered(.done))
    simulation.wait()
    #expect(
      simulation.on(.probed(.accepting))
        == [.log(.healthChanged(.accepting)), .send([.alive, .ready(.accepting)])])
  }

  @Test("A probe that hangs makes *ready* critical, and *alive* goes on")
  func hangingProbe() {
    var simulation = Simulation.registered()
    simulation.wait()
    #expect(simulation.timeLeft == .seconds(1))
    let hangs = Health.failing(110)
    #expect(
      simulation.wait() == [.cancelProbe, .log(.healthChanged(hangs)), .send([.alive, .ready(hangs)])])
  }

  @Test("A registration without checks is compared with the agent's every 30 s")
  func comparison() {
    var simulation = Simulation.registered(Policy(ttl: nil, jitter: 1_000))
    #expect(simulation.timeLeft == .seconds(30))
    #expect(simulation.wait() == [.probe])
    #expect(simulation.on(.probed(.accepting)) == [.send([.inspect])])
    #expect(simulation.on(.answered(.done)) == [.disconnect])
    simulation.wait()
    simulation.on(.probed(.accepting))
    #expect(simulation.on(.answered(.unknown)) == [.disconnect, .send([.register(.accepting)])])
    #expect(simulation.on(.answered(.done)).last.isRegisteredAgain)
  }

  @Test("An agent that forgot us is told again at once")
  func forgotten() {
    var simulation = Simulation.registered()
    simulation.wait()
    simulation.on(.probed(.accepting))
    #expect(simulation.on(.answered(.unknown)) == [])
    #expect(simulation.on(.answered(.unknown)) == [.disconnect, .registration()])
    simulation.play(.answered(.done), .answered(.done))
    #expect(simulation.on(.answered(.done)).last.isRegisteredAgain)
  }

  @Test("A check that somebody took out is put back at once")
  func forgottenCheck() {
    var simulation = Simulation.registered()
    simulation.wait()
    simulation.play(.probed(.accepting), .answered(.done))
    #expect(simulation.on(.answered(.unknown)) == [.disconnect, .registration()])
  }

  @Test("An agent that forgets right after registering isn't hammered")
  func forgetful() {
    var simulation = Simulation.registering()
    simulation.play(.answered(.done), .answered(.unknown))
    let failed = Failure.failing("it forgot the registration at once")
    #expect(
      simulation.on(.answered(.unknown)) == [.disconnect, .log(.consulFailed(failed, registered: true))])
    #expect(simulation.timeLeft == .milliseconds(50))
    #expect(simulation.wait() == [.probe])
    #expect(simulation.on(.probed(.accepting)) == [.registration()])
    simulation.play(.answered(.done), .answered(.unknown))
    #expect(simulation.on(.answered(.unknown)) == [.disconnect])
    #expect(simulation.timeLeft == .milliseconds(100))
  }

  @Test("What took a registration once isn't left alone for a minute when it denies the next")
  func forgetsAndDenies() {
    var simulation = Simulation.registering(Policy(probes: false))
    simulation.play(.answered(.done), .answered(.unknown), .answered(.unknown))
    simulation.wait()
    simulation.on(.answered(.denied("ACL")))
    #expect(simulation.timeLeft == .milliseconds(100))
  }
}

extension Effect? {
  fileprivate var isRegisteredAgain: Bool {
    if case .log(.registered(.again, _))? = self { return true }
    return false
  }
}
