import Formats
import Testing

@testable import Engine

@Suite struct ContainerEventTests {
  @Test(arguments: [
    (#"{"Type":"container","Action":"die","Actor":{"ID":"a"}}"#, ContainerEvent(.died, "a")),
    (#"{"Type":"container","Action":"died","Actor":{"ID":"a"}}"#, ContainerEvent(.died, "a")),
    (
      #"{"Type":"container","Action":"die","Actor":{"ID":"a"},"timeNano":1700000000123456789}"#,
      ContainerEvent(.died, "a", at: .seconds(1_700_000_000) + .nanoseconds(123_456_789))
    ),
    (#"{"Type":"container","Action":"die","Actor":{"ID":"a"},"timeNano":1e99}"#, ContainerEvent(.died, "a")),
    (#"{"Type":"container","Action":"start","Actor":{"ID":"a"}}"#, ContainerEvent(.started, "a")),
    (#"{"status":"start","id":"a","from":"redis"}"#, ContainerEvent(.started, "a")),
    (#"{"Type":"container","Action":"teleport","Actor":{"ID":"a"}}"#, nil),
    (#"{"Type":"container","Action":"exec_create: /bin/die","Actor":{"ID":"a"}}"#, nil),
    (#"{"Type":"network","Action":"die","Actor":{"ID":"a"}}"#, nil),
    (#"{"Type":"container","Action":"die"}"#, nil),
    (#"{"Type":"container","Action":7,"Actor":[]}"#, nil),
    (#"{"Type":"container","#, nil),
  ])
  func linesAreParsed(line: String, expected: ContainerEvent?) {
    #expect(ContainerEvent(line: Array(line.utf8)) == expected)
  }

  @Test(arguments: 1...9)
  func linesAreSplitAtAnyPoint(size: Int) {
    var splitter = LineSplitter(limit: 5)
    let bytes = Array("one\n\ntwo\nseventeen\nthree\nrest".utf8)
    var lines: [[UInt8]] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      lines += splitter.receive(bytes[start..<min(start + size, bytes.count)])
    }
    #expect(lines == ["one", "two", "three"].map { Array($0.utf8) })
    #expect(splitter.dropped == 1)
  }
}

@Suite struct ElementSplitterTests {
  @Test(arguments: 1...12)
  func elementsAreSplitAtAnyPoint(size: Int) throws {
    let text = #"{"a": {"ID": "}]\"{", "Tags": [{"x": [1]}]}, "{": {"ID": "b"}, "n": 7, "s": "{}"}"#
    var splitter = ElementSplitter()
    var elements: [[UInt8]] = []
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: size) {
      elements += splitter.receive(bytes[start..<min(start + size, bytes.count)])
    }
    let ids = try elements.map { try JSON(parsing: $0)["ID"]?.string }
    #expect(ids == [#"}]"{"#, "b"])
  }

  @Test func anArrayAndEmptyBodies() {
    var splitter = ElementSplitter()
    #expect(splitter.receive(Array(#"[{"a":1},{"b":2}]"#.utf8)).count == 2)
    #expect(splitter.receive(Array("[]{}".utf8)).isEmpty)
  }

  @Test func tooLongElementsAreDropped() {
    var splitter = ElementSplitter(limit: 8)
    let complete = splitter.receive(Array(#"[{"a":"0123456789"},{"b":2}]"#.utf8))
    #expect(complete == [Array(#"{"b":2}"#.utf8)])
    #expect(splitter.dropped == 1)
  }
}

@Suite struct ContainerTests {
  private func container(_ text: String) throws -> Container {
    try #require(Container(inspected: Array(text.utf8)))
  }

  @Test func publishedPorts() throws {
    let container = try container(
      """
      {"Id":"a","Name":"/web","Path":"/bin/web","Args":["-x"],"State":{"Running":true,"Restarting":false},
       "Config":{"Image":"web:1","Env":["SERVICE_NAME=web"],"Labels":{"SERVICE_TAGS":"a"},
        "ExposedPorts":{"80/tcp":{},"81/tcp":{},"53/udp":{},"9/sctp":{}}},
       "HostConfig":{"NetworkMode":"bridge"},
       "NetworkSettings":{"IPAddress":"198.51.100.7","Ports":{
        "80/tcp":[{"HostIp":"0.0.0.0","HostPort":"8080"},{"HostIp":"::","HostPort":"8080"}],
        "53/udp":[{"HostIp":"127.0.0.1","HostPort":"5353"}],"81/tcp":null}}}
      """)
    #expect(container.name == "web" && container.command == ["/bin/web", "-x"] && container.isRunning)
    #expect(container.labels.map(\.key) == ["SERVICE_TAGS"])
    #expect(container.ports.map(\.number) == [53, 80, 81])
    #expect(container.ports.map(\.published?.port) == [5353, 8080, nil])
    #expect(container.ports.map(\.published?.address) == ["127.0.0.1", nil, nil])
    #expect(container.ports.map(\.isUDP) == [true, false, false])
    #expect(container.ports[1].containerAddress == "198.51.100.7")
  }

  @Test("on the host's network exposed ports are published")
  func hostNetwork() throws {
    let container = try container(
      """
      {"Id":"a","Name":"/web","State":{"Running":true},"Config":{"ExposedPorts":{"80/tcp":{}}},
       "HostConfig":{"NetworkMode":"host"},"NetworkSettings":{"Ports":{}}}
      """)
    #expect(container.ports.map(\.published?.port) == [80])
  }

  @Test("API 1.52 has addresses only in Networks")
  func addressOfANetwork() throws {
    let container = try container(
      """
      {"Id":"a","Name":"/web","State":{"Running":true},"Config":{"ExposedPorts":{"80/tcp":{}}},
       "NetworkSettings":{"Networks":{"x":{"IPAddress":""},"y":{"IPAddress":"198.51.100.9"}}}}
      """)
    #expect(container.ports.map(\.containerAddress) == ["198.51.100.9"])
  }

  @Test("a restarting container doesn't run", arguments: [true, false])
  func restarting(isRestarting: Bool) throws {
    let state = #"{"Running":true,"Restarting":\#(isRestarting)}"#
    #expect(try container(#"{"Id":"a","State":\#(state)}"#).isRunning == !isRestarting)
    let listed = #"{"Id":"a","State":"\#(isRestarting ? "restarting" : "running")"}"#
    #expect(runningContainer(listed: Array(listed.utf8)) == (isRestarting ? nil : "a"))
  }

  @Test("the shape of API 1.52 gives the same container")
  func newestShape() throws {
    func shape(_ network: String) -> String {
      """
      {"Id":"a","Name":"/web","State":{"Running":true},"Config":{"ExposedPorts":{"80/tcp":{}}},
       "NetworkSettings":{\(network)"Networks":{"app":{"IPAddress":"198.51.100.9"},"bridge":{"IPAddress":"198.51.100.2"}}}}
      """
    }
    #expect(try container(shape("")) == container(shape(#""IPAddress":"198.51.100.2","#)))
    #expect(try container(shape("")).ports.map(\.containerAddress) == ["198.51.100.2"])
  }
}

@Suite struct EngineAPIRequestTests {
  @Test func onlyGets() {
    let all: [EngineAPIRequest] = [.events, .list, .inspect(container: "../x y"), .version, .info]
    let targets = all.map { $0.bytes(host: "engine", version: APIVersion(1, 44)).split(separator: 0x0D)[0] }
    let lines = targets.map { String(decoding: $0, as: UTF8.self) }
    #expect(lines.allSatisfy { $0.hasPrefix("GET /v1.44/") && $0.hasSuffix(" HTTP/1.1") })
    #expect(lines[2] == "GET /v1.44/containers/..%2Fx%20y/json HTTP/1.1")
  }

  @Test func withoutAVersion() {
    #expect(EngineAPIRequest.info.target(nil) == "/info")
    #expect(EngineAPIRequest.inspect(container: "a").target(nil) == "/containers/a/json")
  }
}

@Suite struct InspectResponseTests {
  private func response(_ status: Int, _ body: String) -> InspectResponse {
    InspectResponse(status: status, body: Array(body.utf8))
  }

  @Test func aContainerIsParsed() throws {
    let body = #"{"Id":"a","State":{"Running":true}}"#
    #expect(try response(200, body) == .container(#require(Container(inspected: Array(body.utf8)))))
    #expect(response(200, "hello") == .malformed)
  }

  @Test("only 404, or Podman's 500 with its cause, means that there is no such container")
  func unknown() {
    #expect(response(404, "") == .unknown)
    #expect(response(500, #"{"cause":"no such container"}"#) == .unknown)
    for (status, body) in [(500, "{}"), (500, #"{"cause":"no"}"#), (403, #"{"cause":"no such container"}"#)] {
      #expect(response(status, body) == .failed)
    }
  }
}

extension ContainerEvent {
  fileprivate init(_ kind: Kind, _ container: String, at time: Duration? = nil) {
    self.init(kind: kind, container: container, time: time)
  }
}
