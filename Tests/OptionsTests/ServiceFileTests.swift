import Consul
import Formats
import Testing

@testable import Options

/// A file's service, and what goes to the API of it beside name and ID.
private let fields: [(file: String, sent: String)] = [
  (#""weights": {"passing": 10, "warning": 1}"#, #""Weights":{"Passing":10,"Warning":1}"#),
  (#""enable_tag_override": true"#, #""EnableTagOverride":true"#),
  (#""kind": "connect-proxy""#, #""Kind":"connect-proxy""#),
  (#""socket_path": "/a""#, #""SocketPath":"/a""#),
  (
    #""tagged_addresses": {"lan_ipv4": {"address": "10.0.0.1", "port": 80}}"#,
    #""TaggedAddresses":{"lan_ipv4":{"Address":"10.0.0.1","Port":80}}"#
  ),
  (
    #""proxy": {"destination_service_name": "db", "destination_service_id": "db-1","#
      + #""local_service_address": "127.0.0.1", "local_service_port": 1, "config": {"a_b": {"c_d": 1}}}"#,
    #""Proxy":{"DestinationServiceName":"db","DestinationServiceID":"db-1","#
      + #""LocalServiceAddress":"127.0.0.1","LocalServicePort":1,"Config":{"a_b":{"c_d":1}}}"#
  ),
  (
    #""connect": {"native": false, "sidecar_service": {"id": "s", "port": 2, "meta": {"a_b": "c"},"#
      + #""tagged_addresses": {"my_lan": {"address": "a"}}, "check": {"id": "x", "args": ["a"]}, "proxy":"#
      + #"{"upstreams": [{"destination_name": "db", "local_bind_port": 9, "config": {"e_f": 1},"#
      + #""mesh_gateway": {"mode": "local"}}], "expose": {"checks": true, "paths": [{"local_path_port": 3}]}}}}"#,
    #""Connect":{"Native":false,"SidecarService":{"ID":"s","Port":2,"Meta":{"a_b":"c"},"#
      + #""TaggedAddresses":{"my_lan":{"Address":"a"}},"Check":{"CheckID":"x","Args":["a"]},"Proxy":"#
      + #"{"Upstreams":[{"DestinationName":"db","LocalBindPort":9,"Config":{"e_f":1},"#
      + #""MeshGateway":{"Mode":"local"}}],"Expose":{"Checks":true,"Paths":[{"LocalPathPort":3}]}}}}"#
  ),
  // What there may be in time.
  (#""new_http_thing": [{"other_id": null}]"#, #""NewHTTPThing":[{"OtherID":null}]"#),
  (#""NewThing": {"SubThing": 1e3}"#, #""NewThing":{"SubThing":1e3}"#),
  (
    #""proxy": {"envoy_extensions": [{"name": "a", "arguments": {"b_c": 1}}]}"#,
    #""Proxy":{"EnvoyExtensions":[{"Name":"a","Arguments":{"b_c":1}}]}"#
  ),
]

private let checks: [(file: String, sent: String)] = [
  (
    #"{"id": "a", "name": "b", "args": ["/c", "d_e"], "interval": "1s", "timeout": "2s"}"#,
    #"{"CheckID":"a","Name":"b","Args":["/c","d_e"],"Interval":"1s","Timeout":"2s"}"#
  ),
  (
    #"{"http": "http://h/", "method": "PUT", "header": {"x_a": ["b"]}, "body": "c_d", "tls_skip_verify": true}"#,
    #"{"HTTP":"http://h/","Method":"PUT","Header":{"x_a":["b"]},"Body":"c_d","TLSSkipVerify":true}"#
  ),
  (
    #"{"tcp": "h:1", "deregister_critical_service_after": "1m"}"#,
    #"{"TCP":"h:1","DeregisterCriticalServiceAfter":"1m"}"#
  ),
  (
    #"{"grpc": "h:1/s", "grpc_use_tls": true, "notes": "n"}"#,
    #"{"GRPC":"h:1/s","GRPCUseTLS":true,"Notes":"n"}"#
  ),
  (#"{"ttl": "1s", "status": "passing"}"#, #"{"TTL":"1s","Status":"passing"}"#),
  (#"{"docker_container_id": "f0", "shell": "/bin/sh"}"#, #"{"DockerContainerID":"f0","Shell":"/bin/sh"}"#),
  (#"{"alias_node": "n", "alias_service": "s"}"#, #"{"AliasNode":"n","AliasService":"s"}"#),
  (#"{"check_id": "a", "success_before_passing": 2}"#, #"{"CheckID":"a","SuccessBeforePassing":2}"#),
  (
    #"{"failures_before_warning": 1, "tls_server_name": "n", "udp": "h:1"}"#,
    #"{"FailuresBeforeWarning":1,"TLSServerName":"n","UDP":"h:1"}"#
  ),
]

private func fileEntry(
  _ text: String, _ arguments: [String] = [], _ environment: [String] = []
) throws(UsageError) -> [Service] {
  let file = "--service-file=f"
  guard case .run(let options) = try parse([file] + arguments, environment, files: ["f": text]) else {
    return []
  }
  return options.services
}

private func written(_ value: JSON?) -> String { String(decoding: value?.bytes ?? [], as: UTF8.self) }

@Suite struct TheServiceFile {
  @Test(arguments: fields)
  func goesToTheAPIInItsWords(_ field: (file: String, sent: String)) throws {
    let services = try fileEntry(#"{"service": {"name": "a", \#(field.file)}}"#)
    #expect(written(.object(services[0].fields)) == "{" + field.sent + "}")
    #expect(services[0].moreChecks == [])
  }

  @Test(arguments: checks)
  func takesItsChecksAlong(_ check: (file: String, sent: String)) throws {
    let one = try fileEntry(#"{"service": {"name": "a", "check": \#(check.file)}}"#)
    #expect(written(one[0].moreChecks.first) == check.sent)
    let two = try fileEntry(#"{"service": {"name": "a", "checks": [{"ttl": "9s"}, \#(check.file)]}}"#)
    #expect(two[0].moreChecks.map(written) == [#"{"TTL":"9s"}"#, check.sent])
    #expect(two[0].fields == [] && two[0].agentChecks == [])
  }

  static let whole = #"""
    {"service": {"name": "web", "id": "web-1", "port": 80, "address": "10.0.0.1", "tags": ["a", "b,c"],
      "meta": {"x": "1", "y": ""}}}
    """#

  @Test func saysWhatFlagsSay() throws {
    let services = try fileEntry(TheServiceFile.whole)
    let flags = [
      "--name=web", "--id=web-1", "--port=80", "--address=10.0.0.1", "--tag=a", "--tag=b,c", "--meta=x=1",
      "--meta=y=",
    ]
    guard case .run(let options) = try parse(flags) else { return }
    #expect(services == options.services)
    #expect(services[0].ready == .tcp)
  }

  @Test(arguments: [
    ["--name=b", "--id=c", "--port=81", "--address=d", "--tag=e", "--meta=x=2"],
    [
      "SERVICE_NAME=b", "SERVICE_ID=c", "SERVICE_PORT=81", "SERVICE_ADDRESS=d", "SERVICE_TAGS=e",
      "SERVICE_META_X=2",
    ],
    [
      "SERVICE_PORT=81", "SERVICE_81_NAME=b", "SERVICE_81_ID=c", "SERVICE_81_ADDRESS=d", "SERVICE_81_TAGS=e",
      "SERVICE_81_META_X=2",
    ],
  ])
  func isBeatenByEverythingElse(_ given: [String]) throws {
    let isFlags = given[0].hasPrefix("--")
    let services = try fileEntry(TheServiceFile.whole, isFlags ? given : [], isFlags ? [] : given)
    #expect(services.map(\.name) == ["b"] && services[0].id == "c" && services[0].port == 81)
    #expect(services[0].address == .literal("d") && services[0].tags == ["e"])
    #expect(
      services[0].meta == [Definition.Meta(key: "x", value: "2"), Definition.Meta(key: "y", value: "")])
  }

  @Test func variablesOfItsPortHold() throws {
    #expect(
      try fileEntry(TheServiceFile.whole, [], ["SERVICE_80_NAME=b", "SERVICE_NAME=c"]).map(\.name) == ["b"])
  }

  @Test(arguments: [
    #""name": "a""#,
    #""name": "a", "port": 0, "address": "", "id": "", "tags": [], "meta": {}, "checks": []"#,
  ])
  func emptyFieldsAreAsGoodAsNone(_ text: String) throws {
    let services = try fileEntry(#"{"service": {\#(text)}}"#)
    guard case .run(let options) = try parse(["--name=a"]) else { return }
    #expect(services == options.services)
  }

  @Test func tokensAreNotSentAndWarnedAbout() throws {
    let text =
      #"{"service": {"name": "a", "token": "t", "check": {"ttl": "1s", "token": "t"}, "proxy": {"config": {"token": "u"}}}}"#
    guard case .run(let options) = try parse(["--service-file=f"], files: ["f": text]) else { return }
    #expect(written(options.services[0].moreChecks.first) == #"{"TTL":"1s"}"#)
    #expect(written(.object(options.services[0].fields)) == #"{"Proxy":{"Config":{"token":"u"}}}"#)
    #expect(options.warnings == ["--service-file: service: its token isn't used; give --token-file"])
  }

  @Test func ofOneServiceIsForEachPort() throws {
    let services = try fileEntry(
      #"{"service": {"name": "a", "port": 1, "tags": ["t"], "weights": {"passing": 2}}}"#,
      ["--port=80", "--port=81"])
    #expect(services.map(\.name) == ["a-80", "a-81"])
    #expect(services.map(\.tags) == [["t"], ["t"]])
    #expect(
      services.map { written(.object($0.fields)) }
        == Array(repeating: #"{"Weights":{"Passing":2}}"#, count: 2))
  }

  @Test func isNotLookedAtByAnInit() throws {
    #expect(try options(["--no-register", "--service-file=/nonexistent"]).services == [])
  }

  static let two =
    #"{"services": [{"name": "a", "port": 1, "tags": ["x"]}, {"name": "b", "id": "c", "port": 2}]}"#

  @Test func mayHaveSeveralServices() throws {
    let services = try fileEntry(TheServiceFile.two)
    #expect(services.map(\.name) == ["a", "b"])
    #expect(services.map(\.id) == ["a-host-1", "c"])
    #expect(services.map(\.port) == [1, 2])
    #expect(services.map(\.tags) == [["x"], []])
    #expect(services.map(\.ready) == [.tcp, .tcp])
  }

  @Test func severalServicesHaveVariablesByTheirPorts() throws {
    let services = try fileEntry(
      TheServiceFile.two, ["--tag=t"], ["SERVICE_2_ID=d", "SERVICE_1_ADDRESS=e", "SERVICE_NAME=n"])
    #expect(services.map(\.id) == ["n-host-1", "d"])
    #expect(services.map(\.name) == ["n-1", "n-2"])
    #expect(services.map(\.address) == [.literal("e"), .auto])
    #expect(services.map(\.tags) == [["t"], ["t"]])
  }
}

/// What is wrong with a file's text, and all that is said.
private let wrongFiles: [(text: String, message: String)] = [
  ("", "--service-file \"f\": nothing is in it; \(shape)"),
  (" \n\t\r\n", "--service-file \"f\": nothing is in it; \(shape)"),
  (
    "\u{FEFF}{\"service\": {}}",
    "--service-file \"f\": begins with a byte order mark; save it as UTF-8 without one"
  ),
  ("{", #"--service-file "f": line 1, column 2: the text ends in the middle of a value"#),
  ("{\n  \"é\": é\n}", #"--service-file "f": line 2, column 8: unexpected character"#),
  ("{\"a\":1,\n\n \"a\":2}", #"--service-file "f": line 3, column 2: key given twice"#),
  ("[]", "--service-file \"f\": not one service or one list of them; \(shape)"),
  ("{}", "--service-file \"f\": not one service or one list of them; \(shape)"),
  (
    #"{"service": {}, "services": []}"#,
    "--service-file \"f\": not one service or one list of them; \(shape)"
  ),
  (#"{"check": {}}"#, "--service-file \"f\": \"check\" isn't a service definition; \(shape)"),
  (#"{"service": []}"#, "--service-file \"f\": \"service\" isn't a service definition; \(shape)"),
  (#"{"services": []}"#, "--service-file \"f\": no service is in its list; \(shape)"),
  (#"{"services": {}}"#, "--service-file \"f\": \"services\" isn't a service definition; \(shape)"),
  (
    #"{"services": [\#(String(repeating: "{},", count: 100)){}]}"#,
    "--service-file \"f\": one of 101 services; give at most 100"
  ),
  (
    #"{"service": {"name": "a", "meta": {\#((1...65).map { #""k\#($0)": "v""# }.joined(separator: ","))}}}"#,
    "--service-file: service.meta: 65 keys; give at most 64"
  ),
  (
    #"{"services": [{"name": "a", "check": {"id": "c"}}, {"name": "b", "checks": [{}, {"CheckID": "c"}]}]}"#,
    "--service-file: check \"c\": two checks have this ID, and Consul would keep one; give each its own"
  ),
  (
    #"{"service": {"name": "a", "check": {"id": "a-host:ready"}}}"#,
    "--service-file: check \"a-host:ready\": two checks have this ID, and Consul would keep one; give each its own"
  ),
  (#"{"services": [{}, 1]}"#, "--service-file \"f\": services[1] isn't an object; \(shape)"),
  (
    #"{"service": {"port": "80"}}"#,
    "--service-file: service.port: not a number; give one without quotes"
  ),
  (
    #"{"service": {"port": 70000}}"#,
    "--service-file: service.port \"70000\": not a port; give a number from 1 to 65535"
  ),
  (
    #"{"service": {"port": 8.5}}"#,
    "--service-file: service.port \"8.5\": not a port; give a number from 1 to 65535"
  ),
  (#"{"service": {"name": 1}}"#, "--service-file: service.name: not a string; give \"…\""),
  (#"{"service": {"id": null}}"#, "--service-file: service.id: not a string; give \"…\""),
  (#"{"service": {"tags": "a"}}"#, "--service-file: service.tags: not a list; give [ … ]"),
  (#"{"service": {"tags": ["a", 1]}}"#, "--service-file: service.tags[1]: not a string; give \"…\""),
  (#"{"service": {"meta": []}}"#, "--service-file: service.meta: not an object; give { … }"),
  (#"{"service": {"meta": {"a": 1}}}"#, "--service-file: service.meta.a: not a string; give \"…\""),
  (
    #"{"service": {"meta": {"a b": "x"}}}"#,
    "--service-file: service.meta.a b \"x\": not a key; give 1 to 128 letters, digits, _ or -"
  ),
  (#"{"service": {"check": "a"}}"#, "--service-file: service.check: not an object; give { … }"),
  (#"{"service": {"checks": {}}}"#, "--service-file: service.checks: not a list; give [ … ]"),
  (#"{"services": [{"checks": [1]}]}"#, "--service-file: services[0].checks[0]: not an object; give { … }"),
  (
    #"{"service": {"name": "a", "id": "a//b"}}"#,
    "--service-file: service.id \"a//b\": Consul couldn't deregister it: no \"//\", \".\" or \"..\" part,"
      + " no \"/\" at an end; give another --id"
  ),
  (
    #"{"service": {"name": "a\n"}}"#,
    "--service-file: service.name \"a\\n\": has a control character; give printable text"
  ),
  (
    #"{"service": {"name": "a", "address": "a:1"}}"#,
    "--service-file: service.address \"a:1\": not an address; give an IP address, a host name, interface:NAME or auto"
  ),
  (#"{"service": {"tls_x": 1, "TLSX": 2}}"#, "--service-file: service.TLSX: given twice; give it once"),
  (#"{"service": {}}"#, "no service name; give --name NAME or SERVICE_NAME, or --no-register"),
  (
    #"{"services": [{"name": "a", "id": "x"}, {"name": "b", "id": "x"}]}"#,
    "--service-file: services[1].id \"x\": two services have this ID, and Consul would keep one; give each its own"
  ),
  (
    #"{"services": [{"name": "a"}, {"name": "a"}]}"#,
    "default --id \"a-host\": two services have this ID, and Consul would keep one; give each its own"
  ),
]

private let shape = "give {\"service\": {…}} or {\"services\": [{…}]}"

@Suite struct AWrongServiceFile {
  @Test(arguments: wrongFiles)
  func isSaidInOneLine(_ wrong: (text: String, message: String)) {
    #expect(throws: UsageError(wrong.message)) { try fileEntry(wrong.text) }
    #expect(isOneShortLine(wrong.message))
  }

  @Test(arguments: [
    (
      ["--service-file=x"], [],
      "--service-file \"x\": No such file or directory; give the path of a file that we may read"
    ),
    (
      [], ["SERVICEWRAPPER_SERVICE_FILE=x"],
      "SERVICEWRAPPER_SERVICE_FILE \"x\": No such file or directory; give the path of a file that we may read"
    ),
    (
      ["--port=80"], ["SERVICEWRAPPER_SERVICE_FILE=two"],
      "--port \"80\": the service file has 2 services, each with its own; leave it out"
    ),
    (
      ["--id=x", "--service-file=two"], [],
      "--id \"x\": several services can't share it; give SERVICE_1_ID"
    ),
    (
      ["--port=80", "--port=81", "--service-file=one"], [],
      "--service-file: service.id \"web-1\": several services can't share it; give SERVICE_80_ID"
    ),
    (
      ["--advertise-port=1", "--service-file=portless"], [],
      "--advertise-port \"1\": several services can't share it; give each its own in the service file"
    ),
  ])
  func isSaidTogetherWithWhatIsAroundIt(_ arguments: [String], _ environment: [String], _ message: String) {
    let files = [
      "one": TheServiceFile.whole, "two": TheServiceFile.two,
      "portless": #"{"services": [{"name": "a"}, {"name": "b"}]}"#,
    ]
    #expect(complaint(arguments, environment, files: files) == message)
    #expect(isOneShortLine(message))
  }

  @Test func isSaidInOneShortLineHoweverDeep() {
    let key = String(repeating: "\u{202E}é", count: 50)
    var text = #"{"a_b": 1, "A_b": 2, "aB": 3}"#
    for _ in 0..<20 { text = #"{"\#(key)": \#(text)}"# }
    let said = complaint(["--service-file=f"], files: ["f": #"{"service": \#(text)}"#])
    #expect(said.map(isOneShortLine) == true)
  }
}
