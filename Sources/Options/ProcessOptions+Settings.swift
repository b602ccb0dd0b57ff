extension ProcessOptions {
  init(_ settings: Settings) throws(UsageError) {
    for setting in settings.list(.rewrite) {
      let (received, sent) = try setting.rewrite()
      if rewrites.updateValue(sent, forKey: received) != nil {
        throw setting.wrong("\(signalName(received)) is rewritten twice; give it once")
      }
    }
    ownGroup = try settings.isOn(.processGroup)
    waitForAll = try settings[.waitForAll]?.limit()
    expectedExits = try settings.list(.expectExit).map { status throws(UsageError) in try status.exitStatus()
    }
  }
}
