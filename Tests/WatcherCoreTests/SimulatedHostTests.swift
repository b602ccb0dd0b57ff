import Testing

@testable import WatcherCore

@Suite("On a simulated host, in any order and with any delays")
struct WorldTests {
  @Test(
    "no living registration is taken out, and in the end what is registered is what runs", arguments: 1...100)
  func staysTrue(seed: UInt64) {
    var host = SimulatedHost(seed: seed)
    host.run(10_000)
    #expect(host.faults.isEmpty)
    host.calmDown()
    #expect(host.remains().isEmpty)
    #expect(host.removed > 3, "nothing was taken out: this test would pass whatever the watcher did")
  }

  @Test("what is taken out because a death was heard is no living registration either", arguments: 1...100)
  func deathsHeard(seed: UInt64) {
    var host = SimulatedHost(seed: seed, isHasty: true)
    host.run(12_000)
    #expect(host.faults.isEmpty)
    #expect(host.removed > 3, "nothing was taken out: this test would pass whatever the watcher did")
  }
}
