import Testing

@testable import Consul
@testable import Options

/// One option, how it is given, and how one sees that it was read.
struct OptionCase: Sendable, CustomTestStringConvertible {
  let flag: Flag
  let value: String
  let variable: String
  let others: [String]
  let isRead: @Sendable (Options) -> Bool

  init(
    _ flag: Flag, _ value: String, _ variable: String, with others: [String] = [],
    isRead: @escaping @Sendable (Options) -> Bool
  ) {
    (self.flag, self.value, self.variable, self.others, self.isRead) = (flag, value, variable, others, isRead)
  }

  var testDescription: String { flag.name + " " + value }
  var isSwitch: Bool { flag.value == nil }

  static let all: [OptionCase] = [
    OptionCase(.name, "web", "SERVICE_NAME=web") { $0.service?.name == "web" },
    OptionCase(.port, "80", "SERVICE_PORT=80") { $0.service?.port == 80 && $0.service?.advertisedPort == 80 },
    OptionCase(.advertisePort, "81", "SERVICE_ADVERTISE_PORT=81") { $0.service?.advertisedPort == 81 },
    OptionCase(.id, "a", "SERVICE_ID=a") { $0.service?.id == "a" },
    OptionCase(.address, "10.0.0.1", "SERVICE_ADDRESS=10.0.0.1") {
      $0.service?.address == .literal("10.0.0.1")
    },
    OptionCase(.tag, "blue", "SERVICE_TAGS=blue") { $0.service?.tags == ["blue"] },
    OptionCase(.meta, "a=b", "SERVICE_META_A=b") {
      $0.service?.meta == [Definition.Meta(key: "a", value: "b")]
    },
    OptionCase(.metaFromEnv, "", "SERVICE_META_FROM_ENV=true") {
      $0.service?.meta == [Definition.Meta(key: "region", value: "eu")]
    },
    OptionCase(.serviceFile, "web.json", "SERVICEWRAPPER_SERVICE_FILE=web.json") {
      $0.service?.fields.map(\.key) == ["Weights"]
    },
    OptionCase(.consulAddr, "c:1", "CONSUL_HTTP_ADDR=c:1") { $0.consul == .tcp(host: "c", port: 1) },
    OptionCase(.tokenFile, "/t", "CONSUL_HTTP_TOKEN_FILE=/t") { $0.token == .file(Array("/t".utf8)) },
    OptionCase(.ready, "none", "SERVICE_READY=none", with: ["--port", "80"]) {
      $0.service?.ready == Probe.none
    },
    OptionCase(.ready, "tcp", "SERVICE_READY=tcp", with: ["--port", "80"]) { $0.service?.ready == .tcp },
    OptionCase(.readyTimeout, "9s", "SERVICE_READY_TIMEOUT=9s") { $0.readyTimeout == .seconds(9) },
    OptionCase(.ttl, "9s", "SERVICE_CHECK_TTL=9s") { $0.service?.ttl == .seconds(9) },
    OptionCase(.deregisterAfter, "2m", "SERVICE_CHECK_DEREGISTER_AFTER=2m") {
      $0.service?.deregisterAfter == .seconds(120)
    },
    OptionCase(.stopSignal, "QUIT", "SERVICE_STOP_SIGNALS=QUIT") { $0.stop.signals == [3] && $0.stop.hangUp },
    OptionCase(.drain, "2s", "SERVICE_DRAIN=2s") { $0.stop.drain == .seconds(2) },
    OptionCase(.stopTimeout, "2s", "SERVICE_STOP_TIMEOUT=2s") { $0.stop.timeout == .seconds(2) },
    OptionCase(.rewrite, "TERM:QUIT", "SERVICEWRAPPER_REWRITE=TERM:QUIT") {
      $0.process.rewrites == [15: 3]
    },
    OptionCase(.processGroup, "", "SERVICEWRAPPER_PROCESS_GROUP=true") { $0.process.ownGroup },
    OptionCase(.waitForAll, "2s", "SERVICEWRAPPER_WAIT_FOR_ALL=2s") { $0.process.waitForAll == .seconds(2) },
    OptionCase(.expectExit, "143", "SERVICEWRAPPER_EXPECT_EXIT=143") { $0.process.expectedExits == [143] },
    OptionCase(.noMeta, "", "SERVICEWRAPPER_META=false") { $0.service?.isIdentified == false },
    OptionCase(.noRegister, "", "SERVICEWRAPPER_REGISTER=false") { $0.service == nil },
    OptionCase(.logLevel, "debug", "SERVICEWRAPPER_LOG_LEVEL=debug") { $0.log.level == .debug },
    OptionCase(.logLevel, "warning", "SERVICEWRAPPER_LOG_LEVEL=warning") { $0.log.level == .warning },
    OptionCase(.logLevel, "error", "SERVICEWRAPPER_LOG_LEVEL=error") { $0.log.level == .error },
    OptionCase(.logFormat, "json", "SERVICEWRAPPER_LOG_FORMAT=json") { $0.log.format == .json },
  ]
}

@Suite struct EachOption {
  @Test(arguments: OptionCase.all)
  func isReadFromTheNextWord(_ option: OptionCase) throws {
    let words = option.isSwitch ? [option.flag.name] : [option.flag.name, option.value]
    #expect(option.isRead(try options(option.others + words)))
  }

  @Test(arguments: OptionCase.all.filter { !$0.isSwitch })
  func isReadFromBehindItsEqualsSign(_ option: OptionCase) throws {
    #expect(option.isRead(try options(option.others + ["\(option.flag.name)=\(option.value)"])))
  }

  @Test(arguments: OptionCase.all)
  func isReadFromTheEnvironment(_ option: OptionCase) throws {
    #expect(option.isRead(try options(option.others, [option.variable])))
  }

  /// Or else the three tests above would promise nothing.
  @Test(arguments: OptionCase.all.filter { !($0.flag == .ready && $0.value == "tcp") })
  func isNotReadWhereItIsNotGiven(_ option: OptionCase) throws {
    #expect(!option.isRead(try options(option.others)))
  }

  @Test(arguments: OptionCase.all)
  func leavesTheCommandAlone(_ option: OptionCase) throws {
    #expect(try options(option.others, [option.variable]).command == [Array("redis-server".utf8)])
  }

  @Test func isInTheTableAbove() {
    let without: [Flag] = [.dryRun, .help, .version]
    for flag in ProgramName.wrapper.flags {
      #expect(OptionCase.all.contains { $0.flag == flag } != without.contains(flag), "\(flag.name)")
    }
  }

  @Test(arguments: OptionCase.all.filter { $0.flag.variable != nil && $0.flag != .meta })
  func namesItsVariable(_ option: OptionCase) {
    #expect(option.flag.variable.map { option.variable.hasPrefix($0 + "=") } == true)
  }
}

@Test func defaultsAreThoseOfTheHelpText() throws {
  let options = try options(["--port", "6379"])
  let definition = Definition(
    name: "redis", id: "redis-host-6379", port: 6379,
    checks: .init(ttl: .seconds(15), deregisterAfter: .seconds(60)))
  let expected = Service(definition: definition, port: 6379, address: .auto, ready: .tcp)
  #expect(options.services == [expected])
  #expect(expected.isIdentified && expected.tenancy == Tenancy())
  #expect(options.consul == .tcp(host: "127.0.0.1", port: 8500))
  #expect(options.token == .none)
  #expect(options.readyTimeout == nil)
  #expect(options.stop == StopOptions(signals: [15, 2], hangUp: true, drain: .zero, timeout: nil))
  #expect(
    options.process == ProcessOptions(rewrites: [:], ownGroup: false, waitForAll: nil, expectedExits: []))
  #expect(!options.dryRun)
  #expect(options.log == LogOptions(level: .info, format: .text))
  #expect(options.warnings == [])
}

@Test func withoutAPortNothingIsProbed() throws {
  let options = try options(["--advertise-port", "80"])
  #expect(options.service?.ready == Probe.none)
  #expect(options.service?.port == nil)
  #expect(options.service?.advertisedPort == 80)
}
