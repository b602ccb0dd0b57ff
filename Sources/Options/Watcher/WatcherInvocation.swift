/// What servicewatcher is to do, from its command line.
public enum WatcherInvocation: Equatable, Sendable {
  case run(WatcherOptions)
  case help
  case version

  /// Reads the command line, without the program's own name, and the environment, `KEY=VALUE` each.
  ///
  /// Throws the first usage error: an unknown flag or an invalid value.
  public static func parse(
    arguments: [[UInt8]], environment: [[UInt8]]
  ) throws(UsageError) -> WatcherInvocation {
    var commandLine = CommandLine(arguments, of: .watcher)
    switch commandLine.helpOrVersion {
    case .help: return .help
    case .version: return .version
    case .run, nil: break
    }
    commandLine.expectNoCommand()
    if let error = commandLine.error { throw error }
    return .run(try WatcherOptions(Settings(commandLine, Environment(environment))))
  }
}
