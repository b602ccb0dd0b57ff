import Testing

@testable import WatcherCore

@Suite(
  "The same events have the same effects, in every process: the first container to come is the first served")
struct OrderTests {
  /// IDs whose order is neither that of their arrival nor any dictionary's.
  let containers = (0..<20).map { "\($0 * 7 % 20)" }

  private func service(_ container: String) -> Registration {
    Registration(id: "web-\(container)", name: "web", port: 80)
  }

  private func inspected(_ effects: [WatcherEffect]) -> [String] {
    effects.compactMap { if case .sendToEngine(.inspect(let id)) = $0 { id } else { nil } }
  }

  private func registered(_ effects: [WatcherEffect]) -> [String] {
    effects.compactMap { if case .sendToAgent(.register(let one)) = $0 { one.id } else { nil } }
  }

  @Test("containers of a list are inspected in its order, and their services registered in the same order")
  func listed() {
    var simulation = WatcherSimulation.watching(containers, WatcherPolicy())
    var effects = simulation.on(.answered(.done))
    var inspections = ["0"]
    for container in containers {
      effects = simulation.on(.inspected(.running([service(container)])))
      inspections += inspected(effects)
    }
    #expect(inspections == containers)
    var registrations: [String] = []
    for _ in 0...containers.count { registrations += registered(simulation.on(.answered(.done))) }
    #expect(registrations == containers.map { "web-\($0)" })
  }

  @Test("containers that start are inspected in the order of their events; one that starts again is the last")
  func started() {
    var simulation = WatcherSimulation.settled([], WatcherPolicy())
    var inspections: [String] = []
    for container in containers { inspections += inspected(simulation.on(.started(container))) }
    simulation.on(.died("7"), .started("7"))
    for _ in containers {
      inspections += inspected(simulation.on(.inspected(.running([]))))
      simulation.on(.answered(.done))
    }
    #expect(inspections == containers.filter { $0 != "7" } + ["7"])
  }

  @Test("however many containers are missing in a list, the end of each is remembered")
  func ends() {
    let many = (0..<150).map { "\($0)" }
    var simulation = WatcherSimulation.settled(many)
    simulation.waitsForList()
    simulation.on(.listEnded)
    #expect(simulation.machine.ended.keys.sorted() == many.sorted())
  }

  @Test("our registrations are removed at the end in the order of their IDs")
  func removedAtTheEnd() {
    var simulation = WatcherSimulation.watching(containers, WatcherPolicy(deregistersOnExit: true))
    for container in containers {
      simulation.on(
        .entry(AgentEntry(id: "web-\(container)", container: container, registration: service(container))))
    }
    simulation.on(.answered(.done))
    var removals: [String] = []
    var effects = simulation.on(.stop)
    while case .sendToAgent(.deregister(let entry)) = effects.last {
      removals.append(entry.id)
      effects = simulation.on(.answered(.done))
    }
    #expect(removals == containers.map { "web-\($0)" }.sorted())
  }
}
