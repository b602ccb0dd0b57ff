internal import Linux
internal import Reporting

/// What an event of the poller is about: which service's, and of connections the count of them as well.
enum Tag {
  static let signals: UInt64 = 0
  static let timer: UInt64 = 1
  static func resolver(_ service: Int) -> UInt64 { of(service) | 2 }
  static func agent(_ service: Int, _ generation: UInt64) -> UInt64 { generation << 32 | of(service) | 3 }
  static func probe(_ service: Int, _ generation: UInt64) -> UInt64 { generation << 32 | of(service) | 4 }

  static func farewell(_ service: Int, _ generation: UInt64) -> UInt64 { generation << 32 | of(service) | 5 }

  /// The place of the service that it is about; nil for signals and the timer.
  static func service(_ tag: UInt64) -> Int? { tag & 7 < 2 ? nil : Int(tag & 0xffff_ffff) >> 3 }

  private static func of(_ service: Int) -> UInt64 { UInt64(service) << 3 }
}

/// What the loop listens to, connections apart, and the terminal.
struct EventSources: ~Copyable {
  let poller: Poller
  let signals: SignalQueue
  var timer: Timer
  /// Where the process is to have our terminal, in a group of its own.
  let terminal: Terminal?

  static func opened(givingTerminalAway: Bool) throws(StartError) -> EventSources {
    do throws(SystemCallError) {
      return try open(givingTerminalAway)
    } catch { throw StartError(error) }
  }

  /// What our caller handed down is the process's from now on; standard error we share.
  func releaseInherited() {
    let own = [poller.descriptor.number, signals.descriptor.number, timer.descriptor.number]
    InheritedDescriptors.close(except: own + (terminalNumber.map { [$0] } ?? []))
    try? StandardStreams.release()
    Surroundings.leaveWorkingDirectory()
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

  private static func open(_ givingTerminalAway: Bool) throws(SystemCallError) -> EventSources {
    try StandardStreams.reserve()
    let poller = try Poller()
    let signals = try SignalQueue()
    let timer = try Timer()
    try poller.watch(signals.descriptor.number, for: .readable, tag: Tag.signals)
    try poller.watch(timer.descriptor.number, for: .readable, tag: Tag.timer)
    let terminal = givingTerminalAway ? Terminal.controlling() : nil
    return EventSources(poller: poller, signals: signals, timer: timer, terminal: terminal)
  }
}
