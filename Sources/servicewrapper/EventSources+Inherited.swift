internal import Linux
internal import Runtime

extension EventSources {
  /// Closes what we inherited, which is the process's now; standard error is shared.
  func releaseInherited(keeping terminal: Int32?) {
    let own = [poller.descriptor.number, signals.descriptor.number, timer.descriptor.number, terminal]
    InheritedDescriptors.close(except: own.compactMap { $0 })
    try? StandardStreams.release()
    ProcessEnvironment.leaveWorkingDirectory()
  }
}
