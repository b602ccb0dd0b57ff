import Formats
import Testing

@testable import Options

@Suite struct TheID {
  @Test(arguments: [
    ([], "redis-host"), (["--port=80"], "redis-host-80"),
    (["--port=80", "--advertise-port=81"], "redis-host-80"),
    (["--name=a/b"], "a/b-host"), (["--id=x"], "x"),
  ])
  func isNameHostnameAndPortUnlessGiven(_ arguments: [String], _ id: String) throws {
    #expect(try service(arguments).id == id)
  }

  @Test(arguments: ["a/b", "...", "a/.b", "a/..b", "a?b#c%2F", "a b", "é", "a:b", "a\\b"])
  func isTakenWhenConsulCanDeregisterIt(_ id: String) throws {
    #expect(try service(["--id", id]).id == id)
  }

  @Test(arguments: [
    "/", "/a", "a/", "a//b", ".", "..", "./a", "a/.", "a/./b", "a/..", "../a", "a/../b", "//",
  ])
  func isRefusedWhenConsulCouldNot(_ id: String) {
    #expect(complaint(["--id", id])?.contains("Consul couldn't deregister it") == true)
    #expect(complaint([], ["SERVICE_ID=" + id])?.contains("Consul couldn't deregister it") == true)
  }

  @Test func hostnamesThatDoNotFitAreSaid() throws {
    func id(_ hostname: String) throws(UsageError) -> String? {
      let (words, environment) = ([Array("ls".utf8)], [Array("SERVICE_NAME=web".utf8)])
      guard
        case .run(let options) = try Invocation.parse(
          arguments: words, environment: environment, hostname: hostname, read: nothing)
      else { return nil }
      return options.service?.id
    }
    #expect(try id("") == "web")
    #expect(throws: UsageError("default --id \"web-a\\n\": has a control character; give printable text")) {
      try id("a\n")
    }
    #expect(throws: UsageError.self) { try id("a/../b") }
  }
}

@Suite struct TheMeta {
  private func meta(_ arguments: [String], _ environment: [String] = []) throws -> [String] {
    try service(arguments, environment).meta.map { $0.key + "=" + $0.value }
  }

  @Test func keepsItsOrderAndItsValuesAsTheyAre() throws {
    #expect(try meta(["--meta=b=x=y", "--meta=A=", "--meta=a= z"]) == ["b=x=y", "A=", "a= z"])
    #expect(try meta(["--meta=Consul-x=1", "--meta=rpc-x=1"]) == ["Consul-x=1", "rpc-x=1"])
  }

  @Test func keysOfVariablesAreInLowerCase() throws {
    #expect(try meta([], ["SERVICE_META_Git_SHA=Ab", "SERVICE_META_B="]) == ["git_sha=Ab"])
  }

  @Test func variablesOfThePortBeatTheOthersKeyByKey() throws {
    let environment = ["SERVICE_META_A=1", "SERVICE_META_B=2", "SERVICE_80_META_a=3", "SERVICE_81_META_C=4"]
    #expect(try meta(["--port=80"], environment) == ["a=3", "b=2"])
    #expect(try meta([], environment) == ["a=1", "b=2"])
  }

  @Test func twoVariablesForOneKeyAreRefused() {
    let said = complaint([], ["SERVICE_META_A=1", "SERVICE_META_a=2"])
    #expect(said == "SERVICE_META_a \"2\": this key was given before; give it once")
  }

  @Test(arguments: [(512, true), (513, false)])
  func valuesAreAtMost512Bytes(_ count: Int, _ isTaken: Bool) {
    let value = String(repeating: "é", count: count / 2) + (count % 2 == 1 ? "x" : "")
    #expect((complaint(["--meta=a=" + value]) == nil) == isTaken)
    #expect((complaint([], ["SERVICE_META_A=" + value]) == nil) == isTaken)
  }

  @Test(arguments: [(128, true), (129, false)])
  func keysAreAtMost128Bytes(_ count: Int, _ isTaken: Bool) {
    let key = String(repeating: "k", count: count)
    #expect((complaint(["--meta=\(key)=v"]) == nil) == isTaken)
    #expect((complaint([], ["SERVICE_META_\(key)=v"]) == nil) == isTaken)
  }

  @Test func keysAreAtMost64() {
    let flags = (1...65).map { "--meta=k\($0)=v" }
    #expect(complaint(Array(flags.dropLast())) == nil)
    #expect(complaint(flags) == "--meta: 65 keys; give at most 64")
    #expect(complaint([], (1...65).map { "SERVICE_META_K\($0)=v" }) == "--meta: 65 keys; give at most 64")
  }
}

@Suite struct Warnings {
  static let dns = "can't be found by DNS; it takes 1 to 63 letters, digits and inner dashes"

  @Test(arguments: ["my_redis", "-redis", "redis-", "a.b", "é", "a b", String(repeating: "a", count: 64)])
  func nameThatDNSCannotCarry(_ name: String) throws {
    #expect(
      try options(["--name", name]).warnings == ["--name \(quoted(Array(name.utf8))): \(Warnings.dns)"])
    let ofEnvironment = try options([], ["SERVICE_NAME=" + name]).warnings
    #expect(ofEnvironment == ["SERVICE_NAME \(quoted(Array(name.utf8))): \(Warnings.dns)"])
  }

  @Test(arguments: ["redis", "Redis-2", "2", String(repeating: "a", count: 63)])
  func noneForANameThatItCarries(_ name: String) throws {
    #expect(try options(["--name", name, "--tag", "a_b.c"]).warnings == [])
  }

  @Test(arguments: [
    (["--ttl=999ms"], ["--ttl \"999ms\": the check may turn critical by itself; 1s is safer"]),
    (["--ttl=1s"], []), (["--ttl=0s"], []),
    (["--deregister-after=59s"], ["--deregister-after \"59s\": Consul takes it for its least, 1m"]),
    (["--deregister-after=1m"], []), (["--deregister-after=0s"], []),
    (["--ttl=0s", "--deregister-after=0s"], []),
    (
      ["--ttl=0s", "--deregister-after=5m"],
      ["--deregister-after \"5m\": without a TTL there is no check, and nothing will be reaped"]
    ),
  ])
  func timesThatAreUnwise(_ arguments: [String], _ warnings: [String]) throws {
    #expect(try options(arguments).warnings == warnings)
    #expect(warnings.allSatisfy(isOneShortLine))
  }

  @Test func zeroIsNone() throws {
    #expect(try service(["--ttl=0s"]).ttl == nil)
    #expect(try service(["--ttl=0s", "--deregister-after=5m"]).deregisterAfter == nil)
    #expect(try service(["--deregister-after=0s"]).deregisterAfter == nil)
    #expect(try service(["--deregister-after=0s"]).ttl == .seconds(15))
  }
}
