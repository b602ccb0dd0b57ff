/// What servicewrapper is to do, from its command line.
public enum Invocation: Equatable, Sendable {
  case run(Options)
  case help
  case version

  /// Reads the command line and the environment.
  /// - Parameters:
  ///   - arguments: without the program's own name.
  ///   - environment: `KEY=VALUE` each.
  ///   - hostname: of this container, for the default ID.
  ///   - read: for the service file.
  ///
  /// Throws the first usage error: an unknown flag, an invalid value, or no command.
  public static func parse(
    arguments: [[UInt8]], environment: [[UInt8]], hostname: String, read: FileReader
  ) throws(UsageError) -> Invocation {
    let commandLine = CommandLine(arguments)
    if let flag = commandLine.helpOrVersion { return flag == .help ? .help : .version }
    if let error = commandLine.error { throw error }
    if commandLine.command.isEmpty, !commandLine.has(.dryRun) {
      throw UsageError("no command; give it after the options, or see servicewrapper --help")
    }
    let settings = Settings(commandLine: commandLine, environment: Environment(environment))
    return .run(try Options(settings, hostname: hostname, read: read))
  }
}
