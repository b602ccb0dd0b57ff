/// All options of servicewrapper.
public struct Options: Equatable, Sendable {
  /// No two with one ID; empty with `--no-register`: be an init only.
  public internal(set) var services: [Service] = []
  /// The address of Consul's agent.
  public internal(set) var consul = ServerAddress.standard
  /// The source of Consul's ACL token.
  public internal(set) var token = TokenSource.none
  /// How long the process may take to be ready; nil: as long as it likes.
  public internal(set) var readyTimeout: Duration?
  /// How the process is stopped.
  public let stop: StopOptions
  /// How the process is started, and how its signals and its exit status are treated.
  public let process: ProcessOptions
  /// Only print what would be registered. The command may be empty then.
  public let dryRun: Bool
  /// The level and the format of the log.
  public let log: LogOptions
  /// The program and its arguments.
  public let command: [[UInt8]]
  /// Warnings about valid but unwise options, one line each, for the log.
  public internal(set) var warnings: [String] = []

  /// The ports that servers are to bind: Consul's, and those of the process. Our connections must not come from them.
  public var serverPorts: [Int] {
    let own = services.flatMap { [$0.port, $0.advertisedPort, $0.ready.port].compactMap { $0 } }
    return own + [consul.port].compactMap { $0 }
  }

  /// With `--no-register`, Consul settings are ignored, so invalid ones don't prevent the start.
  init(_ settings: Settings, hostname: String, read: FileReader) throws(UsageError) {
    dryRun = settings.commandLine.has(.dryRun)
    command = settings.commandLine.command
    log = try LogOptions(settings)
    process = try ProcessOptions(settings)
    var ofProcess = settings
    if try settings.isOn(.noRegister, if: false) {
      let ports = try? settings.ports()
      ofProcess.port = ports?.count == 1 ? ports?.first : nil
    } else {
      let each = try settings.ofEachService(settings.fileEntries(read, warnings: &warnings))
      services = try readServices(each, hostname: hostname, warnings: &warnings)
      consul = try settings.consulAddress()
      token = try TokenSource(settings)
      ofProcess = try settings.ofProcess(beside: each)
      readyTimeout = try ofProcess[.readyTimeout]?.limit()
    }
    stop = try StopOptions(ofProcess)
  }
}

extension Settings {
  func consulAddress() throws(UsageError) -> ServerAddress {
    // As with consul itself, an address in http:// doesn't undo it.
    if let tls = environment.setting("CONSUL_HTTP_SSL"), try tls.boolean() {
      throw tls.wrong("TLS isn't supported yet; unset it to talk to Consul in plain HTTP")
    }
    guard let address = self[.consulAddr] else { return .standard }
    return try ServerAddress(address)
  }
}
