/// What the command line and the environment say, looked up in the order of precedence: the flag, then
/// `SERVICE_<port>_X`, then `SERVICE_X`.
struct Settings {
  let words: Words
  let environment: Environment
  /// The probed port, which names the variables that beat the common ones.
  var port: Int?

  init(_ words: Words, _ environment: Environment) {
    self.words = words
    self.environment = environment
  }

  subscript(_ flag: Flag) -> Setting? {
    flags(flag).first ?? fromEnvironment(flag)
  }

  /// All of a repeatable option: the flags, or else the variable's list, split at commas.
  func list(_ flag: Flag) -> [Setting] {
    let given = flags(flag)
    guard given.isEmpty, let variable = fromEnvironment(flag) else { return given }
    var items: [Setting] = []
    for item in splitList(variable.value) { items.append(Setting(source: variable.source, value: item)) }
    return items
  }

  func flags(_ flag: Flag) -> [Setting] {
    var settings: [Setting] = []
    for given in words.given where given.flag == flag {
      settings.append(Setting(source: flag.name, value: given.value))
    }
    return settings
  }

  private func fromEnvironment(_ flag: Flag) -> Setting? {
    switch flag.variable {
    case .other(let name): environment.setting(name)
    case .service(let suffix): ofPort(suffix) ?? environment.setting("SERVICE_" + suffix)
    case nil: nil
    }
  }

  private func ofPort(_ suffix: String) -> Setting? {
    guard let port else { return nil }
    return environment.setting("SERVICE_\(port)_" + suffix)
  }
}
