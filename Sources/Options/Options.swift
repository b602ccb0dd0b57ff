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
}
