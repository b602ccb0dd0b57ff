import Testing

@testable import WatcherCore

@Suite("On a simulated host, in any order and with any delays")
struct SimulatedHostTests {
  @Test(
    "no registration of a running container is removed, and in the end exactly the running containers are registered",
    arguments: 1...100)
  func keepsRunningContainers(seed: UInt64) {
    var host = SimulatedHost(seed: seed)
    host.run(10_000)
    #expect(host.faults.isEmpty)
    host.calmDown()
    #expect(host.remains().isEmpty)
    #expect(host.removed > 3, "nothing was removed: this test would pass whatever the watcher did")
  }

  @Test(
    "a removal because of a die event alone never concerns a running container either", arguments: 1...100)
  func dieEventsAlone(seed: UInt64) {
    var host = SimulatedHost(seed: seed, isHasty: true)
    host.run(12_000)
    #expect(host.faults.isEmpty)
    #expect(host.removed > 3, "nothing was removed: this test would pass whatever the watcher did")
  }
}
