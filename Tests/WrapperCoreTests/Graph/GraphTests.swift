import Foundation
import Testing

@testable import WrapperCore

@Suite("Every reachable state × every event")
struct GraphTests {
  /// Together they have every option and every kind of service, each in a walk as small as can be.
  static let plans: [(String, Policy)] = [
    ("default", Policy()),
    ("no probe, drain, stop time-out", Policy(probes: false, drain: .seconds(4), stopTimeout: .seconds(9))),
    ("no checks, drain", Policy(ttl: nil, drain: .seconds(4))),
    ("neither probe nor checks", Policy(probes: false, ttl: nil, stopTimeout: .zero)),
    (
      "others, rewriting, expected exit",
      Policy(
        probes: false, ttl: nil, rewrites: [15: 3, 28: 0, 10: 12, 2: 1], waitForAll: .seconds(2),
        expectedExits: [7])
    ),
    (
      "others of what registers nothing",
      Policy(registers: false, rewrites: [15: 0, 1: 15], waitForAll: .seconds(2))
    ),
    ("no registration", Policy(registers: false, drain: .seconds(4))),
  ]

  /// What the product of two services leaves room for: one event of each kind.
  static let fewer: [(String, Policy)] = [
    ("ready time-out, stop time-out", Policy(readyTimeout: .seconds(20), ttl: nil, stopTimeout: .seconds(9))),
    ("ready time-out alone", Policy(readyTimeout: .seconds(60), ttl: nil)),
    ("two services, drain", Policy(services: [bare, bare], drain: .seconds(4))),
  ]

  /// Minutes in a debug build, so only where they are asked for.
  static let wide: [(String, Policy)] = [
    ("drain, stop time-out", Policy(drain: .seconds(4), stopTimeout: .seconds(9))),
    ("ready time-out, checks", Policy(readyTimeout: .seconds(20), stopTimeout: .seconds(9))),
  ]

  static let wideAndFewer: [(String, Policy)] = [
    (
      "two services, one probed",
      Policy(services: [bare, ServicePolicy(ttl: nil)], readyTimeout: .seconds(20))
    ),
    (
      "two services, one with checks",
      Policy(services: [ServicePolicy(probe: nil), bare], drain: .seconds(4))
    ),
  ]

  private static let bare = ServicePolicy(probe: nil, ttl: nil)
  private static let whole = Graph(plans[0].1)
  /// All of them, where that is "wide", or these, by their names, with a semicolon in between.
  private static let asked = ProcessInfo.processInfo.environment["GRAPH"]

  private static func chosen(_ usual: [(String, Policy)], _ wide: [(String, Policy)]) -> [(String, Policy)] {
    guard let asked else { return usual }
    return (usual + wide).filter { asked == "wide" || asked.components(separatedBy: ";").contains($0.0) }
  }

  @Test("No promise is broken on any edge", arguments: chosen(plans, wide))
  func promises(name: String, policy: Policy) {
    expectUnbroken(name) { name == "default" ? Self.whole : Graph(policy) }
  }

  @Test("No promise is broken with two services or a ready time-out", arguments: chosen(fewer, wideAndFewer))
  func fewEvents(name: String, policy: Policy) {
    expectUnbroken(name) { Graph(policy, .few(services: policy.services.count)) }
  }

  private func expectUnbroken(_ name: String, _ walk: () -> Graph) {
    let clock = ContinuousClock()
    let begin = clock.now
    let graph = walk()
    print("graph: \(name): \(graph.nodes.count) states, \(graph.edges) edges, \(clock.now - begin)")
    for finding in graph.findings { print("graph: broken: \(finding)") }
    #expect(graph.findings.isEmpty)
    #expect(graph.nodes.count < Graph.limit)
  }

  @Test("The walk reaches every effect and every confirmed state")
  func everything() {
    let late = Graph(Policy(readyTimeout: .seconds(20), ttl: nil, drain: .seconds(4)), .few(services: 1))
    let remaining = Graph(Policy(registers: false, stopTimeout: .seconds(9), waitForAll: .seconds(2)))
    let states = Self.whole.nodes.map(\.machine.services[0].registry.confirmed)
    let single: [Effect] = [
      .probe, .cancelProbe, .disconnect, .signal(Signal.terminate), .signal(Signal.hangup), .signal(user1),
      .exit(7),
      .exit(137), .send([.inspect]), .send([.deregister]), .send([.register(.accepting)]),
      .send([.register(.failing(refused))]), .send([.alive, .ready(.accepting)]), .send([.markCritical]),
      .send([.inspect, .alive, .ready(.accepting)]),
    ]
    #expect(Self.whole.effects.isSuperset(of: single))
    #expect(late.effects.isSuperset(of: [.exit(124), .signal(Signal.kill)]))
    #expect(
      remaining.effects.isSuperset(of: [
        .signal(Signal.kill), .suspendSelf(20), .suspendSelf(21), .suspendSelf(22), .terminateRemaining,
        .killRemaining,
      ]))
    #expect(
      Set(states) == [
        .notInspected, .absent, .foreign, .stale, .staleWithoutChecks, .markedCritical, .unconfirmed,
        .present,
      ])
  }
}
