internal import Linux
internal import Reporting

/// What the loop listens to, connections apart, and the terminal.
struct WrapperEventSources: ~Copyable {
  let poller: Poller
  let signals: SignalQueue
  var timer: Timer
  /// Where the process is to have our terminal, in a group of its own.
  let terminal: Terminal?

  static func opened(givingTerminalAway: Bool) throws(StartError) -> WrapperEventSources {
    do throws(SystemCallError) {
      return try open(givingTerminalAway)
    } catch { throw StartError(error) }
  }

  /// What our caller handed down is the process's from now on; standard error we share.
  func releaseInherited() {
    let own = [poller.descriptor.number, signals.descriptor.number, timer.descriptor.number]
    InheritedDescriptors.close(except: own + (terminalNumber.map { [$0] } ?? []))
    try? StandardStreams.release()
    ProcessEnvironment.leaveWorkingDirectory()
  }

  /// The terminal's, if it is ours to give.
  var foregroundNumber: Int32? {
    switch terminal {
    case .some(let terminal): terminal.isOurs ? terminal.descriptor.number : nil
    case .none: nil
    }
  }

  /// From a process that was given it and could not be executed.
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
