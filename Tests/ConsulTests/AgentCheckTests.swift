import Formats
import Testing

@testable import Consul

@Suite struct AgentCheckTests {
  @Test(
    arguments: [
      (
        .http(path: "/h?a=b"), "10.0.0.1", 80,
        #""CheckID":"web:http","Name":"http","HTTP":"http://10.0.0.1:80/h?a=b""#
      ),
      (.http(path: "/"), nil, 80, #""CheckID":"web:http","Name":"http","HTTP":"http://127.0.0.1:80/""#),
      (.http(path: "/"), "fd00::1", 80, #""CheckID":"web:http","Name":"http","HTTP":"http://[fd00::1]:80/""#),
      (
        .https(path: "/"), "web.example", 443,
        #""CheckID":"web:https","Name":"https","HTTP":"https://web.example:443/""#
      ),
      (.tcp, "10.0.0.1", 80, #""CheckID":"web:tcp","Name":"tcp","TCP":"10.0.0.1:80""#),
      (.tcp, "fd00::1", 80, #""CheckID":"web:tcp","Name":"tcp","TCP":"[fd00::1]:80""#),
      (.grpc, nil, 9, #""CheckID":"web:grpc","Name":"grpc","GRPC":"127.0.0.1:9""#),
      (
        .script("nc $SERVICE_IP $SERVICE_PORT|grep $SERVICE_IPX $SERVICE"), "fd00::1", 80,
        #""CheckID":"web:script","Name":"script","Args":["/bin/sh","-c","nc fd00::1 80|grep fd00::1X $SERVICE"]"#
      ),
      (
        .script("a$SERVICE_PORT"), nil, nil,
        #""CheckID":"web:script","Name":"script","Args":["/bin/sh","-c","a"]"#
      ),
    ] as [(AgentCheck.Target, String?, Int?, String)])
  func asksTheRegisteredAddress(_ target: AgentCheck.Target, _ address: String?, _ port: Int?, _ text: String)
  {
    let check = AgentCheck(target, fields: [JSON.Member("Interval", .string("10s"))])
    let json = check.json(of: "web", address: address, port: port)
    #expect(String(decoding: json.bytes, as: UTF8.self) == "{" + text + #","Interval":"10s"}"#)
  }

  @Test func standsBetweenOursAndTheOthers() {
    var definition = Definition(name: "web", id: "web-1", port: 80, checks: .init(ttl: .seconds(9)))
    definition.agentChecks = [AgentCheck(.tcp)]
    definition.moreChecks = [.object([JSON.Member("CheckID", .string("mine"))])]
    guard case .array(let checks) = definition.json["Checks"] else {
      Issue.record("no checks")
      return
    }
    #expect(checks.map { $0["CheckID"]?.string } == ["web-1:alive", "web-1:ready", "web-1:tcp", "mine"])
    definition.checks = nil
    #expect(definition.json["Checks"] == .array(Array(checks[2...])))
  }
}

@Suite struct OtherFields {
  @Test func areSentAsTheyAre() {
    var definition = Definition(name: "web", id: "web-1")
    definition.fields = [JSON.Member("Weights", .object([JSON.Member("Passing", .number("10"))]))]
    definition.tenancy = Tenancy(namespace: "team", partition: "east")
    let text = String(decoding: definition.json.bytes, as: UTF8.self)
    #expect(
      text == #"{"Name":"web","ID":"web-1","Weights":{"Passing":10},"Namespace":"team","Partition":"east"}"#)
  }
}

@Suite struct TenancyTests {
  @Test(arguments: [
    (Tenancy(), ""), (Tenancy(namespace: "a b"), "?ns=a%20b"), (Tenancy(partition: "p"), "?partition=p"),
    (Tenancy(namespace: "n", partition: "p&x=y"), "?ns=n&partition=p%26x%3Dy"),
  ])
  func goesWithEveryRequestButARegistration(_ tenancy: Tenancy, _ query: String) {
    #expect(
      ConsulAPIRequest.deregister(id: "a", in: tenancy).path == "/v1/agent/service/deregister/a\(query)")
    #expect(ConsulAPIRequest.service(id: "a", in: tenancy).path == "/v1/agent/service/a\(query)")
    let update = ConsulAPIRequest.update(check: .alive, of: "a", in: tenancy, status: .passing, output: "")
    #expect(update.path == "/v1/agent/check/update/a%3Aalive\(query)")
    var definition = Definition(name: "a", id: "a")
    definition.tenancy = tenancy
    #expect(ConsulAPIRequest.register(definition).path == "/v1/agent/service/register")
  }
}

@Suite struct IdentityTests {
  private func meta(_ meta: [Definition.Meta], containerID: String? = nil, bootID: String? = nil) -> [String]
  {
    var definition = Definition(name: "a", id: "a", meta: meta)
    definition.identify(as: Identity(containerID: containerID, bootID: bootID))
    return definition.meta.map { $0.key + "=" + $0.value }
  }

  @Test func saysWhatIsKnown() {
    #expect(meta([]) == ["managed-by=servicewrapper"])
    #expect(
      meta([], containerID: "4f2a", bootID: "8c7b") == [
        "managed-by=servicewrapper", "container-id=4f2a", "boot-id=8c7b",
      ])
    #expect(meta([], bootID: "8c7b") == ["managed-by=servicewrapper", "boot-id=8c7b"])
  }

  @Test func theUsersOwnWins() {
    let own = [Definition.Meta(key: "managed-by", value: "me"), .init(key: "boot-id", value: "")]
    #expect(
      meta(own, containerID: "4f2a", bootID: "8c7b") == ["managed-by=me", "boot-id=", "container-id=4f2a"])
  }

  /// A 65th key is a 400, and the service isn't registered.
  @Test(arguments: [(61, 64), (62, 64), (63, 64), (64, 64)])
  func neverPassesConsulsLimit(_ count: Int, _ total: Int) {
    let own = (0..<count).map { Definition.Meta(key: "k\($0)", value: "v") }
    #expect(meta(own, containerID: "4f2a", bootID: "8c7b").count == total)
  }
}
