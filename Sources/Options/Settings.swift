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

  init(_ commandLine: CommandLine, _ environment: Environment) {
    self.commandLine = commandLine
    self.environment = environment
  }

  subscript(_ flag: Flag) -> Setting? {
    flags(flag).first ?? fromEnvironment(flag) ?? fileEntry?.list(flag).first
  }

  /// All of a repeatable option: the flags, or else the variable's list, split at commas, or else the file's.
  func list(_ flag: Flag) -> [Setting] {
    let given = flags(flag)
    if !given.isEmpty { return given }
    guard let variable = fromEnvironment(flag) else { return fileEntry?.list(flag) ?? [] }
    var items: [Setting] = []
    for item in splitList(variable.value) { items.append(Setting(source: variable.source, value: item)) }
    return items
  }

  func flags(_ flag: Flag) -> [Setting] {
    var settings: [Setting] = []
    for given in commandLine.given where given.flag == flag {
      settings.append(Setting(source: flag.name, value: given.value))
    }
    return settings
  }

  /// A setting that services can't share: refused if it is given for several.
  func single(_ flag: Flag) throws(UsageError) -> Setting? {
    guard let setting = self[flag], isOneOfMany, !setting.isOwn else { return self[flag] }
    guard let port, case .service(let suffix) = flag.variable else {
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
    switch flag.variable {
    case .other(let name): environment.setting(commandLine.program.variable(name))
    case .service(let suffix): variable(suffix)
    case nil: nil
    }
  }
}
