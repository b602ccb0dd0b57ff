/// Everything that servicewrapper was told.
public struct Options: Equatable, Sendable {
  /// No two with one ID; empty with `--no-register`: be an init only.
  public let services: [Service]
  public let consul: ConsulAddress
  public let token: TokenSource
  /// How long the process may take to be ready; nil: as long as it likes.
  public let readyTimeout: Duration?
  public let stop: StopOptions
  public let process: ProcessOptions
  /// Only say what would be registered. The command may be empty then.
  public let dryRun: Bool
  public let log: LogOptions
  /// The program and its arguments.
  public let command: [[UInt8]]
  /// What is allowed but unwise: one line each, to be logged.
  public let warnings: [String]
}

extension Options {
  /// The ports that servers are to bind: Consul's, and those of the process. Our connections must not come from them.
  public var serverPorts: [Int] {
    let own = services.flatMap { [$0.port, $0.advertisedPort, $0.ready.port].compactMap { $0 } }
    return own + [consul.port].compactMap { $0 }
  }
}

/// Where the token for Consul comes from. The value must never be shown.
public enum TokenSource: Equatable, Sendable {
  case none
  /// The path of a file.
  case file([UInt8])
  /// The token itself, fit for an HTTP header.
  case value([UInt8])
}

/// How the process is stopped.
public struct StopOptions: Equatable, Sendable {
  /// The signals that mean stop, as numbers, each once: TERM and INT.
  public var signals: [Int32] = [15, 2]
  /// A terminal's hang-up means stop too, whatever the signals are.
  public var hangUp = true
  /// From deregistered to signalled.
  public var drain: Duration = .zero
  /// From signalled to killed; nil: never.
  public var timeout: Duration?
}

/// How the process is treated while it runs and when it has ended.
public struct ProcessOptions: Equatable, Sendable {
  /// What is sent instead of a signal that was received; each received one once.
  public var rewrites: [Rewrite] = []
  /// It leads a process group of its own, and signals go to all of that.
  public var ownGroup = false
  /// How long what it leaves running is given to end; nil: not waited for.
  public var waitForAll: Duration?
  /// Exit statuses, 0 to 255, that are reported as 0.
  public var expectedExits: [Int32] = []
}

/// One signal in the place of another.
public struct Rewrite: Equatable, Sendable {
  public let received: Int32
  /// nil: the signal is dropped.
  public let sent: Int32?
}

public struct LogOptions: Equatable, Sendable {
  public enum Level: Equatable, Sendable { case debug, info, warning, error }
  public enum Format: Equatable, Sendable { case text, json }

  public var level = Level.info
  public var format = Format.text

  public init(level: Level = .info, format: Format = .text) {
    self.level = level
    self.format = format
  }
}
