public import Linux
public import Options

/// Whoever started us: what it gave us, and how we report back before there is anything to do.
public struct Caller: Sendable {
  /// Our own name.
  public let program: String
  public let mask: SignalMask
  /// Without our own name.
  public let arguments: [[UInt8]]
  /// `KEY=VALUE` each.
  public let environment: [[UInt8]]
  public let hostname: String

  public static func blockingEverySignal(_ program: String) -> Caller {
    Caller(program, mask: SignalMask.blockAll())
  }

  private init(_ program: String, mask: SignalMask) {
    self.program = program
    self.mask = mask
    arguments = [[UInt8]](Surroundings.arguments.dropFirst())
    environment = Surroundings.environment
    hostname = Surroundings.hostname
  }

  /// Prints on standard output and ends with 0.
  public func finish(printing text: String) -> Never {
    do throws(SystemCallError) {
      try StandardOutput.write([UInt8](text.utf8))
      exitNow(0)
    } catch {
      refuse("standard output: \(error.reason)")
    }
  }

  /// One line, and the status that says that it was us: nothing was started.
  public func refuse(_ message: String) -> Never { end(StartError(message)) }

  public func end(_ error: StartError, log: LogOptions = LogOptions()) -> Never {
    _ = StandardError.write(Log(log, program: program).line(.error, error.message))
    exitNow(error.status)
  }
}

/// Why nothing was started.
public struct StartError: Error {
  /// As env(1), nohup(1) and timeout(1) have them.
  public static let ownFailure: Int32 = 125

  public let message: String
  public let status: Int32

  /// Something that we need and couldn't have.
  public init(_ error: SystemCallError) { self.init("\(error.call): \(error.reason)") }

  public init(_ message: String, status: Int32 = StartError.ownFailure) {
    self.message = message
    self.status = status
  }
}
