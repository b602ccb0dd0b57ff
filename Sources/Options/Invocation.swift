/// What servicewrapper was asked to do.
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
  public static func parse(
    arguments: [[UInt8]], environment: [[UInt8]], hostname: String, read: FileReader
  ) throws(UsageError) -> Invocation {
    let words = Words(arguments)
    if let answer = words.answer { return answer }
    if let error = words.error { throw error }
    if words.command.isEmpty, !words.has(.dryRun) {
      throw UsageError("no command; give it after the options, or see servicewrapper --help")
    }
    return .run(try Options(Settings(words, Environment(environment)), hostname: hostname, read: read))
  }
}

/// What servicewatcher was asked to do.
public enum WatcherInvocation: Equatable, Sendable {
  case run(WatcherOptions)
  case help
  case version

  /// Reads the command line, without the program's own name, and the environment, `KEY=VALUE` each.
  public static func parse(
    arguments: [[UInt8]], environment: [[UInt8]]
  ) throws(UsageError) -> WatcherInvocation {
    var words = Words(arguments, of: .watcher)
    switch words.answer {
    case .help: return .help
    case .version: return .version
    case .run, nil: break
    }
    words.expectNoCommand()
    if let error = words.error { throw error }
    return .run(try WatcherOptions(Settings(words, Environment(environment))))
  }
}

extension Words {
  /// `--help` or `--version`, whichever came first.
  fileprivate var answer: Invocation? {
    for one in given {
      if one.flag == .help { return .help }
      if one.flag == .version { return .version }
    }
    return nil
  }
}
