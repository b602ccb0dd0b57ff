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
        for event in [Event.answered(.unknown), .probed(.accepting)] { simulation.on(event, of: 0) }
      }
      for _ in 0..<3 { simulation.on(.answered(.done), of: index) }
    }
    return simulation
  }
}

private func effects(_ actions: [Action], of service: Int) -> [Effect] {
  actions.filter { $0.service == service }.map(\.effect)
}

@Suite("Several services of one process")
struct ServicesTests {
  @Test("Each is registered when it is ready itself")
  func readiness() {
    var simulation = Simulation(two)
    let start = simulation.startAll()
    #expect(effects(start, of: 0) == [.send([.inspect]), .probe])
    #expect(effects(start, of: 1) == [Effect.registration()])
    simulation.on(.answered(.unknown), of: 0)
    let ready = simulation.on(.probed(.accepting), of: 0)
    #expect(effects(ready, of: 0) == [Effect.registration()])
    #expect(effects(ready, of: 1) == [])
  }

  @Test("Each has its own health")
  func health() {
    var simulation = Simulation.bothRegistered()
    simulation.wait()
    let sick = simulation.on(.probed(.failing(refused)), of: 0)
    #expect(
      effects(sick, of: 0) == [.log(.healthChanged(.failing(refused))), Effect.checks(.failing(refused))])
    #expect(effects(sick, of: 1) == [])
  }

  @Test("A process that is stopped can't serve any of them")
  func suspended() {
    var simulation = Simulation.bothRegistered()
    let actions = simulation.on(.suspended(by: Signal.stop), of: 0)
    for index in 0...1 {
      #expect(effects(actions, of: index) == [.log(.healthChanged(.suspended)), Effect.checks(.suspended)])
    }
  }

  @Test("A stop signal waits until the last of them is deregistered, and no longer than for one")
  func stop() {
    var simulation = Simulation.bothRegistered()
    let asked = simulation.on(.signal(Signal(Signal.terminate)), of: 0)
    for index in 0...1 { #expect(effects(asked, of: index) == [.send([.deregister])]) }
    #expect(simulation.on(.answered(.done), of: 1).map(\.effect) == [.disconnect])
    let told = Notice.stopping(signal: Signal.terminate, .deregistered(after: .zero), drain: .seconds(4))
    #expect(simulation.on(.answered(.done), of: 0).map(\.effect) == [.disconnect, .log(told)])
    #expect(simulation.wait() == Effect.stop(Signal.terminate))
  }

  @Test("One that stays unanswered doesn't hold the signal longer than 300 ms")
  func hung() {
    var simulation = Simulation.bothRegistered()
    simulation.on(signal: Signal.terminate)
    simulation.on(.answered(.done), of: 0)
    #expect(simulation.timeLeft == .milliseconds(300))
    let told = Notice.stopping(signal: Signal.terminate, .unconfirmed, drain: .seconds(4))
    #expect(simulation.wait() == [.log(told)])
  }

  @Test("The end waits for every deregistration, and tells which are left behind")
  func end() {
    var simulation = Simulation.bothRegistered()
    simulation.on(.ended(.exited(7)))
    #expect(simulation.on(.answered(.done), of: 1).map(\.effect).contains(.exit(7)) == false)
    #expect(simulation.timeLeft == .seconds(1))
    #expect(simulation.wait() == [.log(.deregistrationUnconfirmed), .exit(7)])
    var other = Simulation.bothRegistered()
    other.on(.ended(.exited(7)))
    other.on(.answered(.done), of: 1)
    #expect(other.on(.answered(.done), of: 0).map(\.effect).last == .exit(7))
  }

  @Test("Where everything is due at once, the exit is still the last that is done")
  func lateEnd() {
    var simulation = Simulation.bothRegistered()
    simulation.on(.ended(.exited(7)))
    simulation.on(.answered(.denied("ACL")), of: 1)
    #expect(simulation.on(.elapsed, after: .seconds(3_600)).last == .exit(7))
  }

  @Test("The ready time-out is for the slowest, and takes all of them out")
  func readyTimeout() {
    var simulation = Simulation(
      Policy(services: [ServicePolicy(), ServicePolicy()], readyTimeout: .seconds(9)))
    simulation.start()
    for event in [Event.answered(.unknown), .probed(.accepting)] { simulation.on(event, of: 0) }
    for _ in 0..<3 { simulation.on(.answered(.done), of: 0) }
    simulation.pass(.seconds(9))
    let actions = simulation.on(.elapsed, of: 0)
    #expect(effects(actions, of: 0).contains(.send([.deregister])))
    let told = actions.filter { if case .log(.readyTimedOut) = $0.effect { true } else { false } }
    #expect(told.map(\.service) == [1])
    #expect(actions.map(\.effect).contains(.signal(Signal.terminate)))
    simulation.on(.answered(.done), of: 0)
    #expect(simulation.on(.ended(.exited(0))).last == .exit(124))
  }
}

@Suite("Kinds of probes")
struct ProbePlanTests {
  @Test("One that costs a process isn't repeated faster than its pause")
  func pause() {
    var simulation = Simulation(Policy(services: [ServicePolicy(probe: ProbePolicy(pause: .seconds(1)))]))
    simulation.start()
    simulation.on(.answered(.unknown))
    simulation.on(.probed(.unsuccessful(.exited(1))))
    #expect(simulation.timeLeft == .seconds(1))
  }

  @Test(
    "It is given up after its time-out, and early enough for *alive* not to run out meanwhile",
    arguments: [(15, 5, 5_000), (15, 1, 1_000), (6, 5, 2_000), (nil, 5, 5_000)] as [(Int?, Int, Int)])
  func timeout(ttl: Int?, timeout: Int, given: Int) {
    let probe = ProbePolicy(timeout: .seconds(timeout))
    var simulation = Simulation(
      Policy(services: [ServicePolicy(probe: probe, ttl: ttl.map { .seconds($0) })]))
    simulation.start()
    simulation.on(.answered(.unknown))
    #expect(simulation.timeLeft == .milliseconds(given))
  }
}
