public import Linux
public import Options

/// What we were started with, and the ways to exit before anything runs.
public struct StartupContext: Sendable {
  /// Our own name.
  public let program: String
  /// The signal mask that we inherited, which the process gets.
  public let mask: SignalMask
  /// Without our own name.
  public let arguments: [[UInt8]]
  /// `KEY=VALUE` each.
  public let environment: [[UInt8]]
  /// gethostname(2); in a container usually the start of its ID.
  public let hostname: String

  /// Blocks every signal, so that none is lost, and reads our arguments, environment and host name.
  public static func blockingEverySignal(_ program: String) -> StartupContext {
    StartupContext(
      program: program, mask: SignalMask.blockAll(),
      arguments: [[UInt8]](ProcessEnvironment.arguments.dropFirst()),
      environment: ProcessEnvironment.environment, hostname: ProcessEnvironment.hostname)
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

  /// Logs one line and exits with our own failure status; nothing was started.
  public func refuse(_ message: String) -> Never { end(StartError(message)) }

  /// Logs the error, with these options, and exits with its status; nothing was started.
  public func end(_ error: StartError, log: LogOptions = .standard) -> Never {
    _ = StandardError.write(Log(log, program: program).line(.error, error.message))
    exitNow(error.status)
  }
}
