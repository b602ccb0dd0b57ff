internal import Linux
internal import Runtime

/// The loop's event sources except connections, and the terminal.
struct WrapperEventSources: ~Copyable {
  let poller: Poller
  let signals: SignalQueue
  var timer: Timer
  /// Our terminal, if the process gets it in its own group.
  let terminal: Terminal?

  static func opened(givingTerminalAway: Bool) throws(StartError) -> WrapperEventSources {
    do throws(SystemCallError) {
      return try open(givingTerminalAway)
    } catch { throw StartError(error) }
  }

  /// Closes what we inherited, which is the process's now; standard error is shared.
  func releaseInherited() {
    let own = [poller.descriptor.number, signals.descriptor.number, timer.descriptor.number]
    InheritedDescriptors.close(except: own + (terminalNumber.map { [$0] } ?? []))
    try? StandardStreams.release()
    ProcessEnvironment.leaveWorkingDirectory()
  }

  /// The terminal's descriptor, if our group is in its foreground.
  var foregroundNumber: Int32? {
    switch terminal {
    case .some(let terminal): terminal.isOurs ? terminal.descriptor.number : nil
    case .none: nil
    }
  }

  /// Takes the terminal back after a failed exec.
  borrowing func takeTerminalBack() {
    switch terminal {
    case .some(let terminal): terminal.takeBack()
    case .none: break
    }
  }

  private var terminalNumber: Int32? {
    switch terminal {
    case .some(let terminal): terminal.descriptor.number
    case .none: nil
    }
  }

  private static func open(_ givingTerminalAway: Bool) throws(SystemCallError) -> WrapperEventSources {
    try StandardStreams.reserve()
    let poller = try Poller()
    let signals = try SignalQueue()
    let timer = try Timer()
    try poller.add(signals.descriptor.number, for: .readable, tag: PollerTag.signals)
    try poller.add(timer.descriptor.number, for: .readable, tag: PollerTag.timer)
    let terminal = givingTerminalAway ? Terminal.controlling() : nil
    return WrapperEventSources(poller: poller, signals: signals, timer: timer, terminal: terminal)
  }
}
