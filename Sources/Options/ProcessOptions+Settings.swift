extension ProcessOptions {
  init(_ settings: Settings) throws(UsageError) {
    for setting in settings.list(.rewrite) {
      let rewrite = try setting.rewrite()
      if rewrites.contains(where: { $0.received == rewrite.received }) {
        throw setting.wrong("\(signalName(rewrite.received)) is rewritten twice; give it once")
      }
      rewrites.append(rewrite)
    }
    ownGroup = try settings.isOn(.processGroup)
    waitForAll = try settings[.waitForAll]?.limit()
    expectedExits = try settings.list(.expectExit).map { status throws(UsageError) in try status.exitStatus()
    }
  }
}
