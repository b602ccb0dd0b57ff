import Testing

@testable import Supervision

@Suite("Every reachable state × every event")
struct GraphTests {
  static let plans: [(String, Plan)] = [
    ("default", Plan()),
    ("drain and stop time-out", Plan(drain: .seconds(4), stopTimeout: .seconds(9))),
    ("ready time-out", Plan(readyTimeout: .seconds(20), stopTimeout: .seconds(9))),
    ("ready time-out without a stop time-out", Plan(readyTimeout: .seconds(60), ttl: nil)),
    ("no probe", Plan(probes: false)),
    ("no checks", Plan(ttl: nil, drain: .seconds(4))),
    ("neither probe nor checks", Plan(probes: false, ttl: nil, stopTimeout: .zero)),
    (
      "others, rewriting, expected exit",
      Plan(
        probes: false, ttl: nil, rewrites: [15: 3, 28: 0, 10: 12, 2: 1], waitForAll: .seconds(2),
        expectedExits: [7])
    ),
    (
      "others of what registers nothing",
      Plan(registers: false, rewrites: [15: 0, 1: 15], waitForAll: .seconds(2))
    ),
    ("no registration", Plan(registers: false, drain: .seconds(4))),
  ]

  @Test("No promise is broken on any edge", arguments: plans)
  func promises(name: String, plan: Plan) {
    let clock = ContinuousClock()
    let begin = clock.now
    let graph = Graph(plan)
    print("\(name): \(graph.nodes.count) states, \(graph.edges) edges, \(clock.now - begin)")
    #expect(graph.findings.isEmpty)
    #expect(graph.nodes.count < 50_000)
  }

  @Test("The walk sees all that the machine can do, so that a promise is kept and not merely never tried")
  func everything() {
    let graph = Graph(Plan(readyTimeout: .seconds(20), ttl: nil, drain: .seconds(4)))
    let checks = Graph(Plan(probes: false))
    let others = Graph(Plan(registers: false, waitForAll: .seconds(2)))
    let states = Graph(Plan()).nodes.map(\.machine.services[0].registry.confirmed)
    let single: [Effect] = [
      .probe, .cancelProbe, .disconnect, .signal(Signal.kill), .signal(Signal.terminate),
      .signal(Signal.hangUp), .signal(user1), .exit(7), .exit(137), .exit(124), .send([.inspect]),
      .send([.deregister]), .send([.register(.accepting)]), .send([.register(.failing(refused))]),
    ]
    #expect(graph.effects.isSuperset(of: single))
    #expect(checks.effects.isSuperset(of: [.registration(), .send([.alive, .ready(.accepting)])]))
    #expect(others.effects.isSuperset(of: [.suspend(20), .suspend(21), .terminateOthers, .killOthers]))
    #expect(Set(states) == [.unasked, .absent, .foreign, .stale, .unchecked, .retired, .doubtful, .present])
  }
}
