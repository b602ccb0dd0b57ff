internal import Formats

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
  public internal(set) var publish = PublishOptions()
  /// Take our own registrations out when we end.
  public let deregistersOnExit: Bool
  /// The level and the format of the log.
  public let log: LogOptions

  /// The ports that the engine and Consul are to bind. Our connections must not come from them.
  public var serverPorts: [Int] { [engine.port, consul.port].compactMap { $0 } }

  init(_ settings: Settings) throws(UsageError) {
    engine = try settings.engineAddress()
    consul = try settings.consulAddress()
    token = try TokenSource(settings)
    registers = try !settings.isOn(.cleanupOnly)
    deregistersOnExit = try settings.isOn(.deregisterOnExit)
    log = try LogOptions(settings)
    publish.isInternal = try settings.isOn(.internalPorts)
    publish.isExplicit = try settings.isOn(.explicit)
    if let setting = settings[.ip] {
      guard case .literal(let address) = try Address(setting) else {
        throw setting.wrong("not an address; give an IP address or a host name")
      }
      publish.address = address
    }
    publish.tags = try (settings[.tags]?.items ?? []).map { tag throws(UsageError) in try tag.text() }
  }
}

extension Settings {
  /// As `DOCKER_HOST` has it: `unix:///PATH`, or `tcp://HOST:PORT` of a proxy that lets little through.
  fileprivate func engineAddress() throws(UsageError) -> ServerAddress {
    guard let setting = self[.engine] else { return .unix(path: "/var/run/docker.sock") }
    let wanted = "give unix:///PATH or tcp://HOST:PORT"
    if let path = setting.rest(after: "unix://") { return .unix(path: try setting.socketPath(path)) }
    guard let rest = setting.rest(after: "tcp://") ?? setting.rest(after: "http://") else {
      throw setting.wrong("not an engine's address; \(wanted)")
    }
    guard rest.contains(.colon), rest.last?.isDigit ?? false else {
      throw setting.wrong("no port; \(wanted)")
    }
    return try ServerAddress(Setting(source: setting.source, value: Array("http://".utf8) + rest))
  }
}
