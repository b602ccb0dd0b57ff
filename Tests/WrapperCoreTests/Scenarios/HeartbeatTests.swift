import Testing
import WrapperCore

@Suite("Heartbeats")
struct HeartbeatTests {
  @Test(
    "A heartbeat comes after a third of the TTL, at most a tenth earlier, and follows a probe",
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

  @Test("The heartbeat sends the probe's result, and a change is logged once")
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

  @Test("A probe that hangs makes *ready* critical, and *alive* is still renewed")
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

  @Test("An agent that lost the service gets the registration again at once")
  func forgotten() {
    var simulation = Simulation.registered()
    simulation.wait()
    simulation.on(.probed(.accepting))
    #expect(simulation.on(.answered(.unknown)) == [])
    #expect(simulation.on(.answered(.unknown)) == [.disconnect, .registration()])
    simulation.play(.answered(.done), .answered(.done))
    #expect(simulation.on(.answered(.done)).last.isRegisteredAgain)
  }

  @Test("A service whose check was removed is registered again at once")
  func forgottenCheck() {
    var simulation = Simulation.registered()
    simulation.wait()
    simulation.play(.probed(.accepting), .answered(.done))
    #expect(simulation.on(.answered(.unknown)) == [.disconnect, .registration()])
  }

  @Test("An agent that loses the service right after the registration is retried with a backoff")
  func forgetsAtOnce() {
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

  @Test("An agent that accepted a registration before isn't left for a minute after a refusal")
  func forgetsAndDenies() {
    var simulation = Simulation.registering(Policy(probes: false))
    simulation.play(.answered(.done), .answered(.unknown), .answered(.unknown))
    simulation.wait()
    simulation.on(.answered(.failed(.denied("ACL"))))
    #expect(simulation.timeLeft == .milliseconds(100))
  }
}

extension Effect? {
  fileprivate var isRegisteredAgain: Bool {
    if case .service(.log(.registered(.again, _)), _)? = self { return true }
    return false
  }
}
