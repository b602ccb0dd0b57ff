import Formats
import Testing
import WrapperCore

@Suite("A service that moves to another agent is deregistered from the former one")
struct FormerAgentsTests {
  @Test("the former agent is tried until it confirms")
  func triesTheFormerAgent() {
    var agents = FormerAgents<Int>()
    #expect(agents.register(at: 1) == false)
    #expect(agents.next() == nil)
    #expect(agents.register(at: 2) == false)
    #expect(agents.next() == 1)
    agents.receive(status: 500)
    #expect(agents.next() == 1)
    agents.receive(status: 200)
    #expect(agents.next() == nil)
  }

  @Test("an agent that doesn't have the service counts as confirmed")
  func takesUnknownForAConfirmation() {
    var agents = FormerAgents<Int>()
    _ = agents.register(at: 1)
    _ = agents.register(at: 2)
    #expect(agents.next() == 1)
    agents.receive(status: 404)
    #expect(agents.next() == nil)
  }

  @Test("former agents take turns")
  func takesTurns() {
    var agents = FormerAgents<Int>()
    for agent in [1, 2, 3] { _ = agents.register(at: agent) }
    #expect([agents.next(), agents.next(), agents.next()] == [1, 2, 1])
  }

  @Test("a deregistration is cancelled where the service is registered again")
  func cancelsWhereItIsRegisteredAgain() {
    var agents = FormerAgents<Int>()
    _ = agents.register(at: 1)
    _ = agents.register(at: 2)
    #expect(agents.next() == 1)
    #expect(agents.register(at: 1) == true)
    #expect(agents.next() == 2)
  }
}

/// A service, two agents that come and go, and a heartbeat at a time.
private struct World: Hashable {
  var client = ClientMachine<Int>(known: [1, 2])
  var agents = FormerAgents<Int>()
  /// The agents that have the service's entry.
  var holders: Set<Int> = []
  /// The deregistration that was sent and is still to be carried out.
  var cleaning: Int?

  /// One heartbeat, or a registration where the agent doesn't know the service.
  mutating func beat(reachable: Set<Int>, answers: Bool) {
    var effects = client.send(1)
    while let effect = effects.popLast() {
      if case .connect(let agent) = effect {
        effects = client.handle(reachable.contains(agent) ? .connected : .connectFailed(111))
      } else if case .write = effect, let agent = client.address {
        register(at: agent)
        if answers { _ = client.handle(.received(answers: 1, closes: false)) }
      }
    }
    _ = client.drop()
    cleaning = agents.next()
    if let agent = cleaning, reachable.contains(agent) {
      holders.remove(agent)
      agents.receive(status: 200)
    }
  }

  private mutating func register(at agent: Int) {
    if holders.contains(agent) { return }
    if agents.register(at: agent) { cleaning = nil }
    holders.insert(agent)
  }
}

@Suite("Every history of two agents")
struct TwoAgentsWalkTests {
  private static let reachable: [Set<Int>] = [[], [1], [2], [1, 2]]

  @Test("one ID doesn't stay on two agents that can be reached")
  func oneAgentHasTheService() {
    var (seen, frontier): (Set<World>, [World]) = ([World()], [World()])
    while let world = frontier.popLast() {
      for reachable in Self.reachable {
        for answers in [true, false] {
          var next = world
          next.beat(reachable: reachable, answers: answers)
          if seen.insert(next).inserted { frontier.append(next) }
        }
      }
    }
    #expect(seen.count > 10, "nothing was walked")
    for world in seen {
      var later = world
      for _ in 0..<3 { later.beat(reachable: [1, 2], answers: true) }
      #expect(later.holders.count == 1, "\(world)")
    }
  }
}
