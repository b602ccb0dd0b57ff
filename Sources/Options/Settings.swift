/// The settings of one service from the command line, the environment and the service file, in order of precedence:
/// the flag, then `SERVICE_<port>_X`, then `SERVICE_X`, then the file.
struct Settings {
  let commandLine: CommandLine
  let environment: Environment
  /// The probed port, which names the variables that beat the common ones.
  var port: Int?
  /// The service as its file has it.
  var fileEntry: ServiceFileEntry?
  /// There are other services, so that common settings aren't its own.
  var isOneOfMany = false
  /// The name if none is given.
  var defaultName: Setting?
  /// Every variable without another meaning is Meta, even without the flag.
  var metaFromEnvironment = false

  subscript(_ flag: Flag) -> Setting? {
    commandLine.given[flag]?.first ?? fromEnvironment(flag) ?? fileEntry?.values[flag]?.first
  }

  /// All of a repeatable option: the flags, or else the variable's list, split at commas, or else the file's.
  func list(_ flag: Flag) -> [Setting] {
    commandLine.given[flag] ?? fromEnvironment(flag)?.items ?? fileEntry?.values[flag] ?? []
  }

  /// Whether a flag without a value is given, or its variable has this value: false for a flag that begins with `--no-`.
  func isOn(_ flag: Flag, if value: Bool = true) throws(UsageError) -> Bool {
    if commandLine.has(flag) { return true }
    return try self[flag]?.boolean() == value
  }

  /// A setting that services can't share: refused if it is given for several.
  func single(_ flag: Flag) throws(UsageError) -> Setting? {
    guard let setting = self[flag], isOneOfMany, !setting.isOwn else { return self[flag] }
    guard let port, let suffix = flag.suffix else {
      throw setting.wrong("several services can't share it; give each its own in the service file")
    }
    throw setting.wrong("several services can't share it; give SERVICE_\(port)_\(suffix)")
  }

  /// `SERVICE_<port>_X` or `SERVICE_X`, where X is `suffix`.
  func variable(_ suffix: String) -> Setting? {
    ofPort(suffix) ?? environment.setting("SERVICE_" + suffix)
  }

  func ofPort(_ suffix: String) -> Setting? {
    guard let port, var setting = environment.setting("SERVICE_\(port)_" + suffix) else { return nil }
    setting.isOwn = true
    return setting
  }

  private func fromEnvironment(_ flag: Flag) -> Setting? {
    if let suffix = flag.suffix { return variable(suffix) }
    return flag.variable.flatMap { environment.setting(commandLine.program.variable($0)) }
  }
}
