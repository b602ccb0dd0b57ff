import Testing

@testable import Options

@Suite struct SeveralPorts {
  private func names(_ arguments: [String], _ environment: [String] = []) throws -> [String] {
    try options(arguments, environment).services.map(\.name)
  }

  @Test func eachIsAServiceOfItsOwn() throws {
    let services = try options(["--port=80", "--port=443", "--tag=a"]).services
    #expect(services.map(\.name) == ["redis-80", "redis-443"])
    #expect(services.map(\.id) == ["redis-host-80", "redis-host-443"])
    #expect(services.map(\.port) == [80, 443])
    #expect(services.map(\.advertisedPort) == [80, 443])
    #expect(services.map(\.ready) == [.tcp, .tcp])
    #expect(services.map(\.tags) == [["a"], ["a"]])
  }

  @Test(arguments: ["80,443", "80, 443", "80,443,"])
  func areAListInTheEnvironment(_ list: String) throws {
    #expect(try options([], ["SERVICE_PORT=" + list]) == options(["--port=80", "--port=443"]))
  }

  @Test func flagsReplaceTheListOfTheVariable() throws {
    #expect(try options(["--port=81"], ["SERVICE_PORT=80,443"]).services.map(\.port) == [81])
  }

  /// The ID that a service had as the only one stays when a port is added.
  @Test func theIDsAreThoseOfSinglePorts() throws {
    let both = try options(["--port=80", "--port=443"]).services.map(\.id)
    #expect(try [service(["--port=80"]).id, service(["--port=443"]).id] == both)
  }

  @Test func aNameOfItsOwnIsTakenAsItIs() throws {
    let ports = ["--port=80", "--port=443"]
    #expect(try names(ports, ["SERVICE_443_NAME=admin"]) == ["redis-80", "admin"])
    #expect(
      try options(ports, ["SERVICE_443_NAME=admin"]).services.map(\.id) == [
        "redis-host-80", "admin-host-443",
      ])
    #expect(try names(["--name=web"] + ports, ["SERVICE_443_NAME=admin"]) == ["web-80", "web-443"])
    #expect(try names(["--port=80"], ["SERVICE_443_NAME=admin"]) == ["redis"])
  }

  @Test func theVariableOfThePortBeatsTheCommonOne() throws {
    let environment = [
      "SERVICE_PORT=80,443", "SERVICE_443_ID=x", "SERVICE_443_ADDRESS=10.0.0.1", "SERVICE_443_TAGS=b,c",
      "SERVICE_TAGS=a", "SERVICE_443_META_K=2", "SERVICE_META_K=1", "SERVICE_443_CHECK_TTL=3s",
      "SERVICE_443_CHECK_DEREGISTER_AFTER=2m", "SERVICE_443_ADVERTISE_PORT=8443", "SERVICE_443_READY=none",
      "SERVICE_443_CHECK_TCP=true",
    ]
    let services = try options([], environment).services
    #expect(services.map(\.id) == ["redis-host-80", "x"])
    #expect(services.map(\.address) == [.auto, .literal("10.0.0.1")])
    #expect(services.map(\.tags) == [["a"], ["b", "c"]])
    #expect(services.map { $0.meta.map(\.value) } == [["1"], ["2"]])
    #expect(services.map(\.ttl) == [.seconds(15), .seconds(3)])
    #expect(services.map(\.deregisterAfter) == [.seconds(60), .seconds(120)])
    #expect(services.map(\.advertisedPort) == [80, 8443])
    #expect(services.map(\.ready) == [.tcp, Probe.none])
    #expect(services.map(\.agentChecks.count) == [0, 1])
  }

  @Test func oneProbeHoldsForAllAndTCPMeansEachOnesPort() throws {
    let ports = ["--port=80", "--port=443"]
    #expect(try options(ports + ["--ready=tcp"]).services.map(\.ready) == [.tcp, .tcp])
    let exec = Probe.exec(Array("true".utf8))
    #expect(try options(ports + ["--ready=exec:true"]).services.map(\.ready) == [exec, exec])
  }

  @Test func whatThereIsOnceIsReadFromTheCommonVariables() throws {
    let options = try options([], ["SERVICE_PORT=80,443", "SERVICE_DRAIN=2s", "SERVICE_READY_TIMEOUT=9s"])
    #expect(options.stop.drain == .seconds(2))
    #expect(options.readyTimeout == .seconds(9))
  }

  @Test func aWarningForAllIsGivenOnce() throws {
    #expect(try options(["--port=80", "--port=443", "--ttl=500ms"]).warnings.count == 1)
    #expect(try options(["--port=80", "--port=443", "--name=a_b"]).warnings.count == 2)
  }

  @Test func anInitLooksAtNoneOfThem() throws {
    let asInit = try options(
      ["--no-register", "--port=80", "--port=443"], ["SERVICE_80_DRAIN=1s", "SERVICE_ID=/"])
    #expect(asInit.services == [])
    #expect(asInit.stop.drain == .zero)
  }
}

@Suite struct NamespaceAndPartition {
  @Test func areSentOnlyWhereTheyAreSet() throws {
    let set = ["CONSUL_NAMESPACE=team", "CONSUL_PARTITION=east"]
    #expect(
      try [service([], set).tenancy.namespace, service([], set).tenancy.partition] == ["team", "east"])
    #expect(try [service().tenancy.namespace, service().tenancy.partition] == [nil, nil])
    #expect(try service([], ["CONSUL_NAMESPACE="]).tenancy.namespace == nil)
  }

  @Test func beatTheServiceFiles() throws {
    let file = ["f": #"{"service": {"namespace": "a", "partition": "b"}}"#]
    let fileEntry = try options(["--service-file=f"], ["CONSUL_NAMESPACE=team"], files: file).services
    #expect(fileEntry.map(\.tenancy.namespace) == ["team"])
    #expect(fileEntry.map(\.tenancy.partition) == ["b"])
  }
}
