extension ProcessOptions {
  init(_ settings: Settings) throws(UsageError) {
    rewrites = try readRewrites(settings)
    ownGroup = try settings.isOn(.processGroup)
    waitForAll = try settings[.waitForAll]?.limit()
    for setting in settings.list(.expectExit) { expectedExits.append(try setting.exitStatus()) }
  }
}

private func readRewrites(_ settings: Settings) throws(UsageError) -> [Rewrite] {
  var rewrites: [Rewrite] = []
  for setting in settings.list(.rewrite) {
    let rewrite = try setting.rewrite()
    if rewrites.contains(where: { $0.received == rewrite.received }) {
      throw setting.wrong("\(signalName(rewrite.received)) is rewritten twice; give it once")
    }
    rewrites.append(rewrite)
  }
  return rewrites
}

extension Settings {
  /// Whether a flag without a value is given, or its variable is true.
  func isOn(_ flag: Flag) throws(UsageError) -> Bool {
    if commandLine.has(flag) || flag == .metaFromEnv && metaFromEnvironment { return true }
    return try self[flag]?.boolean() ?? false
  }
}

extension Setting {
  fileprivate func exitStatus() throws(UsageError) -> Int32 {
    guard let status = decimalNumber(value[...]), 0...255 ~= status else {
      throw wrong("not an exit status; give a number from 0 to 255")
    }
    return Int32(status)
  }
}
