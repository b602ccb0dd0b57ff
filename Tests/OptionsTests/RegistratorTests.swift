import Consul
import Formats
import Testing

@testable import Options

/// What registrator's documentation says of a variable, and the service that it makes here.
private struct Promise: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let environment: [String]
  let isKept: @Sendable ([Service]) -> Bool

  init(_ said: String, _ environment: [String], isKept: @escaping @Sendable ([Service]) -> Bool) {
    (testDescription, self.environment, self.isKept) = (said, environment, isKept)
  }
}

private func check(_ target: AgentCheck.Target, _ fields: KeyValuePairs<String, JSON>) -> AgentCheck {
  AgentCheck(target, fields: fields.map { JSON.Member($0.key, $0.value) })
}

private let usual: JSON = .string("10s")

private let promises: [Promise] = [
  Promise("SERVICE_NAME names it", ["SERVICE_PORT=80", "SERVICE_NAME=db"]) { $0.map(\.name) == ["db"] },
  Promise("with several ports, NAME-PORT each", ["SERVICE_PORT=443,80", "SERVICE_NAME=nginx"]) {
    $0.map(\.name) == ["nginx-443", "nginx-80"]
  },
  Promise(
    "SERVICE_x_NAME is a name of its own",
    ["SERVICE_PORT=443,80", "SERVICE_443_NAME=https", "SERVICE_80_NAME=http"]
  ) { $0.map(\.name) == ["https", "http"] },
  Promise("SERVICE_x_ID is an ID", ["SERVICE_PORT=443,80", "SERVICE_443_ID=https.12345"]) {
    $0[0].id == "https.12345" && $0[1].id != "https.12345"
  },
  Promise("SERVICE_ID is that of the only port", ["SERVICE_PORT=80", "SERVICE_ID=redis-1"]) {
    $0.map(\.id) == ["redis-1"]
  },
  Promise("SERVICE_TAGS are for all ports", ["SERVICE_PORT=443,80", "SERVICE_TAGS=www"]) {
    $0.map(\.tags) == [["www"], ["www"]]
  },
  Promise("tags are split at commas", ["SERVICE_TAGS=master,backups"]) {
    $0[0].tags == ["master", "backups"]
  },
  Promise("unless escaped", [#"SERVICE_TAGS=/(;\,:-_)/"#]) { $0[0].tags == ["/(;,:-_)/"] },
  Promise("other names are attributes, in lower case", ["SERVICE_REGION=us2", "SERVICE_META_FROM_ENV=true"]) {
    $0[0].meta == [Definition.Meta(key: "region", value: "us2")]
  },
  Promise(
    "attributes may be one port's",
    ["SERVICE_PORT=443,80", "SERVICE_443_SNI=enabled", "SERVICE_META_FROM_ENV=1", "SERVICE_REGION="]
  ) { $0.map { $0.meta.map(\.key) } == [["sni"], []] },
  Promise("without SERVICE_CHECK_X Consul checks nothing", ["SERVICE_PORT=80"]) { $0[0].agentChecks == [] },
  Promise(
    "HTTP check, of one port",
    [
      "SERVICE_PORT=80,81", "SERVICE_80_CHECK_HTTP=/health/endpoint/path", "SERVICE_80_CHECK_INTERVAL=15s",
      "SERVICE_80_CHECK_TIMEOUT=1s",
    ]
  ) {
    $0.map(\.agentChecks) == [
      [
        check(
          .http(path: "/health/endpoint/path"), ["Interval": .string("15s"), "Timeout": .string("1s")])
      ], [],
    ]
  },
  Promise("HTTP check, every 10 s if not told", ["SERVICE_PORT=80", "SERVICE_CHECK_HTTP=/"]) {
    $0[0].agentChecks == [check(.http(path: "/"), ["Interval": usual])]
  },
  Promise(
    "HTTP check by another method",
    [
      "SERVICE_PORT=80", "SERVICE_CHECK_HTTP=/", "SERVICE_CHECK_HTTP_METHOD=HEAD",
      "SERVICE_CHECK_HTTPS_METHOD=PUT",
    ]
  ) { $0[0].agentChecks == [check(.http(path: "/"), ["Method": .string("HEAD"), "Interval": usual])] },
  Promise(
    "HTTPS check",
    [
      "SERVICE_PORT=443", "SERVICE_443_CHECK_HTTPS=/h", "SERVICE_CHECK_TLS_SKIP_VERIFY=true",
      "SERVICE_CHECK_HTTPS_METHOD=OPTIONS",
    ]
  ) {
    $0[0].agentChecks == [
      check(
        .https(path: "/h"), ["Method": .string("OPTIONS"), "TLSSkipVerify": .bool(true), "Interval": usual])
    ]
  },
  Promise("TCP check", ["SERVICE_PORT=443", "SERVICE_443_CHECK_TCP=true", "SERVICE_443_CHECK_TIMEOUT=3s"]) {
    $0[0].agentChecks == [check(.tcp, ["Interval": usual, "Timeout": .string("3s")])]
  },
  Promise("no TCP check", ["SERVICE_PORT=443", "SERVICE_CHECK_TCP=false"]) { $0[0].agentChecks == [] },
  Promise("gRPC check", ["SERVICE_PORT=1", "SERVICE_CHECK_GRPC=true", "SERVICE_CHECK_TLS_SKIP_VERIFY=true"]) {
    $0[0].agentChecks == [check(.grpc, ["Interval": usual])]
  },
  Promise(
    "gRPC check over TLS",
    [
      "SERVICE_PORT=1", "SERVICE_CHECK_GRPC=true", "SERVICE_CHECK_GRPC_USE_TLS=true",
      "SERVICE_CHECK_TLS_SKIP_VERIFY=true", "SERVICE_CHECK_INTERVAL=5s",
    ]
  ) {
    $0[0].agentChecks == [
      check(.grpc, ["GRPCUseTLS": .bool(true), "TLSSkipVerify": .bool(true), "Interval": .string("5s")])
    ]
  },
  Promise(
    "script check, with its placeholders", ["SERVICE_CHECK_SCRIPT=nc $SERVICE_IP $SERVICE_PORT | grep OK"]
  ) {
    $0[0].agentChecks == [check(.script("nc $SERVICE_IP $SERVICE_PORT | grep OK"), ["Interval": usual])]
  },
  Promise(
    "the first status", ["SERVICE_PORT=1", "SERVICE_CHECK_TCP=true", "SERVICE_CHECK_INITIAL_STATUS=passing"]
  ) {
    $0[0].agentChecks == [check(.tcp, ["Interval": usual, "Status": .string("passing")])]
  },
  Promise(
    "of several checks there is one",
    ["SERVICE_PORT=80", "SERVICE_CHECK_TCP=true", "SERVICE_CHECK_HTTP=/", "SERVICE_CHECK_HTTPS=/s"]
  ) { $0[0].agentChecks == [check(.http(path: "/"), ["Interval": usual])] },
  Promise("TTL check", ["SERVICE_CHECK_TTL=30s"]) { $0[0].ttl == .seconds(30) && $0[0].agentChecks == [] },
  Promise("dropped when critical", ["SERVICE_CHECK_DEREGISTER_AFTER=10m"]) {
    $0[0].deregisterAfter == .seconds(600)
  },
  // Its own word for leaving a container to others: to us.
  Promise("SERVICE_IGNORE", ["SERVICE_IGNORE=true"]) { $0.count == 1 },
]

@Test(arguments: promises)
private func whatAnImageSaysToRegistratorHoldsHere(_ promise: Promise) throws {
  let services = try options([], promise.environment).services
  #expect(promise.isKept(services), "\(services)")
}

@Suite struct ChecksThatAreNotMade {
  @Test(arguments: ["CMD", "DOCKER"])
  func areWarnedAbout(_ kind: String) throws {
    let options = try options([], ["SERVICE_CHECK_\(kind)=/check"])
    #expect(options.service?.agentChecks == [])
    #expect(
      options.warnings == ["SERVICE_CHECK_\(kind): not used; SERVICE_READY=exec:COMMAND runs it in here"])
  }

  @Test func areWarnedAboutBesideTheOneThatIs() throws {
    let environment = [
      "SERVICE_PORT=1", "SERVICE_1_CHECK_HTTP=/", "SERVICE_CHECK_TCP=1", "SERVICE_CHECK_GRPC=0",
    ]
    #expect(
      try options([], environment).warnings == [
        "SERVICE_CHECK_TCP: not used beside SERVICE_1_CHECK_HTTP, as with registrator"
      ])
  }
}

@Suite struct MetaFromTheEnvironment {
  /// Of these variables and no others.
  private func meta(_ environment: [String], _ arguments: [String] = []) throws -> [String] {
    let environment = environment + ["SERVICE_REGION="]
    return try service(["--meta-from-env", "--port=80"] + arguments, environment).meta.map {
      $0.key + "=" + $0.value
    }
  }

  @Test func isNotReadUnlessAskedFor() throws {
    #expect(try service([], ["SERVICE_PASSWORD=x"]).meta == [])
    #expect(try service([], ["SERVICE_PASSWORD=x", "SERVICE_META_FROM_ENV=false"]).meta == [])
    #expect(try meta(["SERVICE_PASSWORD=x"]) == ["password=x"])
  }

  @Test(arguments: [
    "SERVICE_IGNORE=true", "SERVICE_81_SNI=x", "SERVICE_META_FROM_ENV=true", "SERVICE_CHECK_HTTP=/",
    "SERVICE_CHECK_NEW=x", "SERVICE_80_IGNORE=true", "SERVICES=x", "SERVICE_A=",
  ])
  func hasNoKnownVariable(_ variable: String) throws {
    #expect(try meta([variable]) == [])
  }

  @Test(arguments: ProgramName.wrapper.flags.filter { $0 != .meta && $0 != .port })
  func hasNoOptionsVariable(_ flag: Flag) throws {
    guard let suffix = flag.suffix else { return }
    guard let option = OptionCase.all.first(where: { $0.flag == flag }) else { return }
    #expect(try meta([option.variable]) == [], "\(suffix)")
  }

  @Test func theVariableOfThePortBeatsTheCommonOne() throws {
    #expect(try meta(["SERVICE_SNI=a", "SERVICE_80_sni=b", "SERVICE_Zone=c"]) == ["sni=b", "zone=c"])
  }

  @Test func comesAfterWhatWasGivenAsMeta() throws {
    #expect(try meta(["SERVICE_A=1", "SERVICE_META_A=2", "SERVICE_B=3"]) == ["a=2", "b=3"])
    #expect(try meta(["SERVICE_A=1", "SERVICE_META_C=2", "SERVICE_B=3"], ["--meta=a=x"]) == ["a=x", "b=3"])
  }

  @Test func aKeyOfDigitsIsNoPort() throws {
    #expect(try meta(["SERVICE_81=x", "SERVICE_8A_B=y"]) == ["81=x", "8a_b=y"])
  }
}
