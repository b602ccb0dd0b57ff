internal import Formats

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
    let commandLine = CommandLine(arguments, of: .watcher)
    if let flag = commandLine.helpOrVersion { return flag == .help ? .help : .version }
    if let error = commandLine.error { throw error }
    if let word = commandLine.command.first {
      throw UsageError("\(quoted(word)): takes options only; see servicewatcher --help")
    }
    return .run(try WatcherOptions(Settings(commandLine: commandLine, environment: Environment(environment))))
  }
}
