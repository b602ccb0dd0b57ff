/// All options of servicewatcher.
public struct WatcherOptions: Equatable, Sendable {
  /// Where the container engine listens.
  public let engine: ServerAddress
  /// The address of Consul's agent.
  public let consul: ServerAddress
  /// The source of Consul's ACL token.
  public let token: TokenSource
  /// Register containers without a wrapper; else only clean up.
  public let registers: Bool
  /// How containers without a wrapper are registered.
  public let publish: PublishOptions
  /// Take our own registrations out when we end.
  public let deregistersOnExit: Bool
  /// The level and the format of the log.
  public let log: LogOptions
}

extension WatcherOptions {
  /// The ports that the engine and Consul are to bind. Our connections must not come from them.
  public var serverPorts: [Int] { [engine.port, consul.port].compactMap { $0 } }
}

extension WatcherOptions {
  init(_ settings: Settings) throws(UsageError) {
    engine =
      try settings[.engine].map { setting throws(UsageError) in try engineAddress(setting) } ?? standardEngine
    consul = try consulAddress(settings)
    token = try TokenSource(settings)
    registers = try !settings.isOn(.cleanupOnly)
    deregistersOnExit = try settings.isOn(.deregisterOnExit)
    log = try LogOptions(settings)
    var publish = PublishOptions()
    publish.isInternal = try settings.isOn(.internalPorts)
    publish.isExplicit = try settings.isOn(.explicit)
    if let setting = settings[.ip] {
      guard case .literal(let address) = try Address(setting) else {
        throw setting.wrong("not an address; give an IP address or a host name")
      }
      publish.address = address
    }
    if let setting = settings[.tags] {
      for tag in splitList(setting.value) {
        publish.tags.append(try Setting(source: setting.source, value: tag).text())
      }
    }
    self.publish = publish
  }
}

private let standardEngine = ServerAddress.unix(path: "/var/run/docker.sock")

/// As `DOCKER_HOST` has it: `unix:///PATH`, or `tcp://HOST:PORT` of a proxy that lets little through.
private func engineAddress(_ setting: Setting) throws(UsageError) -> ServerAddress {
  let wanted = "give unix:///PATH or tcp://HOST:PORT"
  let value = setting.value[...]
  if value.starts(with: "unix://".utf8) { return .unix(path: try setting.socketPath(value.dropFirst(7))) }
  guard value.starts(with: "tcp://".utf8) || value.starts(with: "http://".utf8) else {
    throw setting.wrong("not an engine's address; \(wanted)")
  }
  let rest = value[(firstIndex(of: "://", in: value)! + 3)...]
  let hasPort = rest.last.map(isDigit) ?? false && rest.contains(UInt8(ascii: ":"))
  guard hasPort else { throw setting.wrong("no port; \(wanted)") }
  return try ServerAddress(Setting(source: setting.source, value: Array("http://".utf8) + Array(rest)))
}
