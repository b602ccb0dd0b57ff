import Consul
import Formats
import Testing

@testable import Options

private func watcher(_ arguments: [String], _ environment: [String] = []) throws(UsageError) -> WatcherOptions
{
  let invocation = try WatcherInvocation.parse(
    arguments: arguments.map { Array($0.utf8) }, environment: environment.map { Array($0.utf8) })
  guard case .run(let options) = invocation else { throw UsageError("not run") }
  return options
}

@Suite struct WatcherOptionTests {
  @Test func defaults() throws {
    let options = try watcher([])
    #expect(options.engine == .unix(path: "/var/run/docker.sock"))
    #expect(options.consul == .tcp(host: "127.0.0.1", port: 8500))
    #expect(options.registers && !options.deregistersOnExit)
    #expect(options.publish == PublishOptions())
  }

  @Test(arguments: [
    ("unix:///run/podman.sock", ServerAddress.unix(path: "/run/podman.sock")),
    ("tcp://127.0.0.1:2375", .tcp(host: "127.0.0.1", port: 2375)),
    ("tcp://proxy:2375", .tcp(host: "proxy", port: 2375)),
    ("http://[::1]:2375", .tcp(host: "::1", port: 2375)),
  ])
  func engine(text: String, address: ServerAddress) throws {
    #expect(try watcher(["--engine", text]).engine == address)
    #expect(try watcher([], ["DOCKER_HOST=\(text)"]).engine == address)
  }

  @Test func everythingByFlag() throws {
    let options = try watcher([
      "--cleanup-only", "--internal", "--explicit", "--ip", "198.51.100.1", "--tags", "a,b",
      "--deregister-on-exit",
    ])
    var publishing = PublishOptions()
    (publishing.isInternal, publishing.isExplicit) = (true, true)
    (publishing.address, publishing.tags) = ("198.51.100.1", ["a", "b"])
    #expect(!options.registers && options.deregistersOnExit && options.publish == publishing)
  }

  @Test func everythingByVariable() throws {
    let options = try watcher(
      [],
      ["CLEANUP_ONLY=true", "INTERNAL=1", "EXPLICIT=true", "IP=host", "TAGS=a", "DEREGISTER_ON_EXIT=true"]
        .map { "SERVICEWATCHER_\($0)" } + [
          "SERVICEWATCHER_LOG_LEVEL=error", "SERVICEWRAPPER_LOG_FORMAT=json",
        ])
    #expect(!options.registers && options.deregistersOnExit)
    #expect(options.publish.isInternal && options.publish.isExplicit)
    #expect(options.publish.address == "host" && options.publish.tags == ["a"])
    #expect(options.log == LogOptions(level: .error))
  }

  @Test(arguments: [
    (
      ["--engine", "docker.sock"],
      #"--engine "docker.sock": not an engine's address; give unix:///PATH or tcp://HOST:PORT"#
    ),
    (["--engine", "tcp://proxy"], #"--engine "tcp://proxy": no port; give unix:///PATH or tcp://HOST:PORT"#),
    (["--engine", "unix://x"], #"--engine "unix://x": not the path of a socket; give unix:///PATH"#),
    (["--ip", "auto"], #"--ip "auto": not an address; give an IP address or a host name"#),
    (["--name", "redis"], "unknown option --name; see servicewatcher --help"),
    (["--inter"], "unknown option --inter; did you mean --internal? see servicewatcher --help"),
    (["redis-server"], #""redis-server": takes options only; see servicewatcher --help"#),
    (["--", "x"], #""x": takes options only; see servicewatcher --help"#),
  ])
  func complaints(arguments: [String], message: String) {
    do throws(UsageError) {
      _ = try watcher(arguments)
      Issue.record("taken")
    } catch { #expect(error.message == message) }
  }
}

/// What registrator's documentation says of Consul, and what we make of it.
@Suite struct PublishedServiceTests {
  private func published(
    _ variables: [String], port: Int = 6379, isUDP: Bool = false, isOneOfMany: Bool = false,
    image: String = "redis:7"
  ) -> PublishedPort {
    PublishedPort(
      variables: variables.map { Array($0.utf8) }, image: image, container: "cache", hostname: "host",
      port: port,
      isUDP: isUDP, isOneOfMany: isOneOfMany, advertisedPort: 16_379)
  }

  private func service(_ port: PublishedPort, _ publishing: PublishOptions = PublishOptions()) throws
    -> Service
  {
    try #require(try Service(port, publishing))
  }

  @Test(arguments: [
    ("redis", "redis"), ("redis:7", "redis"), ("registry:5000/library/redis:7", "redis"),
    ("progrium/consul@sha256:0123", "consul"),
  ])
  func theImagesNameIsTheServices(image: String, name: String) throws {
    #expect(try service(published([], image: image)).name == name)
  }

  @Test func namedByHostContainerAndPort() throws {
    let service = try service(published([]))
    #expect(service.id == "host:cache:6379" && service.advertisedPort == 16_379 && service.address == .auto)
    #expect(service.ttl == nil && service.agentChecks.isEmpty && service.tags.isEmpty && service.meta.isEmpty)
  }

  @Test func udp() throws {
    let service = try service(published([], port: 53, isUDP: true))
    #expect(service.id == "host:cache:53:udp" && service.tags == ["udp"])
  }

  @Test(
    "with several ports the name has the port, unless it was given for that port",
    arguments: [
      ([], "redis-6379"), (["SERVICE_NAME=db"], "db-6379"), (["SERVICE_6379_NAME=db"], "db"),
      (["SERVICE_6380_NAME=db"], "redis-6379"),
    ])
  func severalPorts(variables: [String], name: String) throws {
    #expect(try service(published(variables, isOneOfMany: true)).name == name)
  }

  @Test func variables() throws {
    let service = try service(
      published([
        "SERVICE_NAME=db", "SERVICE_ID=one", "SERVICE_TAGS=a,b", "SERVICE_REGION=us", "SERVICE_6379_TAGS=c",
      ]))
    #expect(service.name == "db" && service.id == "one" && service.tags == ["c"])
    #expect(service.meta == [Definition.Meta(key: "region", value: "us")])
  }

  @Test("a label comes before the environment, an empty one is none")
  func labelsWin() throws {
    #expect(try service(published(["SERVICE_NAME=label", "SERVICE_NAME=environment"])).name == "label")
    #expect(try service(published(["SERVICE_NAME=", "SERVICE_NAME=environment"])).name == "environment")
  }

  @Test func forcedTags() throws {
    var publishing = PublishOptions()
    publishing.tags = ["all"]
    #expect(try service(published(["SERVICE_TAGS=a"]), publishing).tags == ["all", "a"])
  }

  @Test(arguments: ["SERVICE_IGNORE=true", "SERVICE_IGNORE=1", "SERVICE_6379_IGNORE=x"])
  func ignored(variable: String) throws {
    #expect(try Service(published([variable]), PublishOptions()) == nil)
  }

  @Test func explicit() throws {
    var publishing = PublishOptions()
    publishing.isExplicit = true
    #expect(try Service(published([]), publishing) == nil)
    #expect(try service(published(["SERVICE_NAME=db"]), publishing).name == "db")
    #expect(try service(published(["SERVICE_6379_NAME=db"]), publishing).name == "db")
  }

  @Test(arguments: [
    (["SERVICE_CHECK_HTTP=/health"], AgentCheck.Target.http(path: "/health")),
    (["SERVICE_6379_CHECK_HTTPS=/h"], .https(path: "/h")), (["SERVICE_CHECK_TCP=true"], .tcp),
    (["SERVICE_CHECK_GRPC=true"], .grpc),
    (["SERVICE_CHECK_SCRIPT=ping $SERVICE_IP"], .script("ping $SERVICE_IP")),
  ])
  func checks(variables: [String], target: AgentCheck.Target) throws {
    let times = [
      "SERVICE_CHECK_INTERVAL=15s", "SERVICE_CHECK_TIMEOUT=2s", "SERVICE_CHECK_DEREGISTER_AFTER=10m",
    ]
    let checks = try service(published(variables + times)).agentChecks
    #expect(checks.map(\.target) == [target])
    let fields = try #require(checks.first?.fields)
    #expect(fields.first { $0.key == "Interval" }?.value == .string("15s"))
    #expect(fields.first { $0.key == "DeregisterCriticalServiceAfter" }?.value == .string("10m"))
  }

  @Test func aCheckThatTheContainerPassesItself() throws {
    let service = try service(published(["SERVICE_CHECK_TTL=30s"]))
    #expect(service.moreChecks.first?["TTL"] == .string("30s"))
    #expect(service.moreChecks.first?["CheckID"] == .string("service:host:cache:6379"))
  }

  @Test(arguments: [
    (["SERVICE_CHECK_TCP=true", "SERVICE_CHECK_INTERVAL=10"], "SERVICE_CHECK_INTERVAL"),
    (["SERVICE_ID=a//b"], "SERVICE_ID"), (["SERVICE_NAME=a\u{1}b"], "SERVICE_NAME"),
  ])
  func whatIsWrongIsNamed(variables: [String], source: String) {
    do throws(UsageError) {
      _ = try Service(published(variables), PublishOptions())
      Issue.record("taken")
    } catch { #expect(error.message.hasPrefix("\(source) \"")) }
  }

  @Test func oneIDForSeveralPortsIsRefused() {
    #expect(throws: UsageError.self) {
      try Service(published(["SERVICE_ID=x"], isOneOfMany: true), PublishOptions())
    }
  }
}
