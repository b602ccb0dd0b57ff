import Testing
import WrapperCore

/// Two services of one process, the second without a probe.
private let two = Policy(services: [ServicePolicy(), ServicePolicy(probe: nil)], drain: .seconds(4))

extension Simulation {
  /// Both registered and confirmed.
  fileprivate static func bothRegistered(_ policy: Policy = two) -> Simulation {
    var simulation = Simulation(policy)
    simulation.start()
    for index in 0...1 {
      if index == 0 {
        for event in [ServiceEvent.answered(.unknown), .probed(.accepting)] { simulation.on(event, of: 0) }
      }
      for _ in 0..<3 { simulation.on(.answered(.done), of: index) }
    }
    return simulation
  }
}

private func effects(_ effects: [Effect], of service: Int) -> [ServiceEffect] {
  effects.compactMap { if case .service(let effect, of: service) = $0 { effect } else { nil } }
}

extension ServiceEffect {
  fileprivate static func registration() -> ServiceEffect { .send([.register(.accepting)]) }

  fileprivate static func checks(_ health: Health) -> ServiceEffect { .send([.alive, .ready(health)]) }
}

@Suite("Several services of one process")
struct ServicesTests {
  @Test("Each service is registered when it is ready itself")
  func readiness() {
    var simulation = Simulation(two)
    let start = simulation.start()
    #expect(effects(start, of: 0) == [.send([.inspect]), .probe])
    #expect(effects(start, of: 1) == [.registration()])
    simulation.on(.answered(.unknown), of: 0)
    let ready = simulation.on(.probed(.accepting), of: 0)
    #expect(effects(ready, of: 0) == [.registration()])
    #expect(effects(ready, of: 1) == [])
  }

  @Test("Each service has its own health")
  func health() {
    var simulation = Simulation.bothRegistered()
    simulation.wait()
    let sick = simulation.on(.probed(.failing(refused)), of: 0)
    #expect(
      effects(sick, of: 0) == [.log(.healthChanged(.failing(refused))), .checks(.failing(refused))])
    #expect(effects(sick, of: 1) == [])
  }

  @Test("All services of a suspended process are critical")
  func suspended() {
    var simulation = Simulation.bothRegistered()
    let actions = simulation.on(.suspended(by: Signal.stop))
    for index in 0...1 {
      #expect(effects(actions, of: index) == [.log(.healthChanged(.suspended)), .checks(.suspended)])
    }
  }

  @Test("A stop signal is forwarded when the last service is deregistered")
  func stop() {
    var simulation = Simulation.bothRegistered()
    let asked = simulation.on(signal: Signal.terminate)
    for index in 0...1 { #expect(effects(asked, of: index) == [.send([.deregister])]) }
    #expect(effects(simulation.on(.answered(.done), of: 1), of: 1) == [.disconnect])
    let notice = ProcessNotice.stopping(
      signal: Signal.terminate, .deregistered(after: .zero), drain: .seconds(4))
    #expect(simulation.on(.answered(.done), of: 0) == [.disconnect, .log(notice)])
    #expect(simulation.wait() == Effect.stop(Signal.terminate))
  }

  @Test("An unanswered deregistration holds the stop signal for 300 ms")
  func hung() {
    var simulation = Simulation.bothRegistered()
    simulation.on(signal: Signal.terminate)
    simulation.on(.answered(.done), of: 0)
    #expect(simulation.timeLeft == .milliseconds(300))
    let notice = ProcessNotice.stopping(signal: Signal.terminate, .unconfirmed, drain: .seconds(4))
    #expect(simulation.wait() == [.log(notice)])
  }

  @Test("The exit waits for every deregistration and logs each unconfirmed one")
  func end() {
    var simulation = Simulation.bothRegistered()
    simulation.on(.ended(.exited(7)))
    #expect(simulation.on(.answered(.done), of: 1).contains(.exit(7)) == false)
    #expect(simulation.timeLeft == .seconds(1))
    #expect(simulation.wait() == [.service(.log(.deregistrationUnconfirmed), of: 0), .exit(7)])
    var other = Simulation.bothRegistered()
    other.on(.ended(.exited(7)))
    other.on(.answered(.done), of: 1)
    #expect(other.on(.answered(.done), of: 0).last == .exit(7))
  }

  @Test("The exit is the last effect, even if every deadline has passed")
  func lateEnd() {
    var simulation = Simulation.bothRegistered()
    simulation.on(.ended(.exited(7)))
    simulation.on(.answered(.failed(.denied("ACL"))), of: 1)
    #expect(simulation.on(.elapsed, after: .seconds(3_600)).last == .exit(7))
  }

  @Test("One service that isn't ready in time stops the process and deregisters all services")
  func readyTimeout() {
    var simulation = Simulation(
      Policy(services: [ServicePolicy(), ServicePolicy()], readyTimeout: .seconds(9)))
    simulation.start()
    for event in [ServiceEvent.answered(.unknown), .probed(.accepting)] { simulation.on(event, of: 0) }
    for _ in 0..<3 { simulation.on(.answered(.done), of: 0) }
    simulation.pass(.seconds(9))
    let actions = simulation.on(.elapsed)
    #expect(effects(actions, of: 0).contains(.send([.deregister])))
    let log = ServiceEffect.log(.readyTimedOut(.failing(110), after: .seconds(9)))
    #expect(effects(actions, of: 0).contains(log) == false)
    #expect(effects(actions, of: 1).contains(log))
    #expect(actions.contains(.signal(Signal.terminate)))
    simulation.on(.answered(.done), of: 0)
    #expect(simulation.on(.ended(.exited(0))).last == .exit(124))
  }
}

@Suite("Kinds of probes")
struct ProbePlanTests {
  @Test("A probe isn't repeated before its pause is over")
  func pause() {
    var simulation = Simulation(Policy(services: [ServicePolicy(probe: .command)]))
    simulation.start()
    simulation.on(.answered(.unknown))
    simulation.on(.probed(.unsuccessful(.exited(1))))
    #expect(simulation.timeLeft == .seconds(1))
  }

  @Test(
    "A probe times out after its time-out or a third of the TTL",
    arguments: [(15, 5, 5_000), (15, 1, 1_000), (6, 5, 2_000), (nil, 5, 5_000)] as [(Int?, Int, Int)])
  func timeout(ttl: Int?, timeout: Int, given: Int) {
    var probe = ProbePolicy.connect
    probe.timeout = .seconds(timeout)
    var simulation = Simulation(
      Policy(services: [ServicePolicy(probe: probe, ttl: ttl.map { .seconds($0) })]))
    simulation.start()
    simulation.on(.answered(.unknown))
    #expect(simulation.timeLeft == .milliseconds(given))
  }
}
