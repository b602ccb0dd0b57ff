import Testing

@testable import Consul

@Suite struct DefinitionTests {
  @Test func absentFieldsAreLeftOut() {
    #expect(text(Definition(name: "web", id: "web-1")) == #"{"Name":"web","ID":"web-1"}"#)
  }

  @Test func everyFieldIsWritten() {
    let definition = Definition(
      name: "redis", id: "redis-1", port: 6379, address: "172.17.0.3", tags: ["a", "b"],
      meta: [.init(key: "version", value: "7"), .init(key: "note", value: "é \"x\"")],
      checks: .init(ttl: .seconds(15), deregisterAfter: .seconds(60)))
    let expected =
      #"{"Name":"redis","ID":"redis-1","Port":6379,"Address":"172.17.0.3","Tags":["a","b"],"#
      + #""Meta":{"version":"7","note":"é \"x\""},"Checks":["#
      + #"{"CheckID":"redis-1:alive","Name":"alive","TTL":"15s","Status":"passing","#
      + #""DeregisterCriticalServiceAfter":"60s"},"#
      + #"{"CheckID":"redis-1:ready","Name":"ready","TTL":"15s","Status":"passing"}]}"#
    #expect(text(definition) == expected)
  }

  @Test func withoutAReapTimeNeitherCheckHasOne() {
    let json = Definition(name: "web", id: "web-1", checks: .init(ttl: .milliseconds(1500))).json
    guard case .array(let checks) = json["Checks"] else {
      Issue.record("no checks")
      return
    }
    #expect(checks.map { $0["CheckID"]?.string } == ["web-1:alive", "web-1:ready"])
    #expect(checks.map { $0["TTL"]?.string } == ["1500ms", "1500ms"])
    #expect(checks.allSatisfy { $0["DeregisterCriticalServiceAfter"] == nil })
  }

  @Test(arguments: [
    (Duration.zero, "0s"), (.seconds(15), "15s"), (.seconds(3600), "3600s"), (.milliseconds(500), "500ms"),
    (.milliseconds(1500), "1500ms"), (.milliseconds(2000), "2s"), (.microseconds(1), "1ms"),
    (.nanoseconds(999_999_999), "1s"), (.microseconds(15_000_001), "15001ms"), (.seconds(-1), "0s"),
    (.milliseconds(-500), "0s"), (.seconds(9_223_372_035), "9223372035s"),
    (.seconds(Int64.max), "9223372036s"), (.seconds(Int64.min), "0s"),
  ])
  func durationsAreWrittenAsGoReadsThem(duration: Duration, expected: String) {
    #expect(goDuration(duration) == expected)
  }

  private func text(_ definition: Definition) -> String {
    String(decoding: definition.json.bytes, as: UTF8.self)
  }
}
