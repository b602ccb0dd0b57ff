internal import Linux

/// What an event of the poller is about. Connections carry the count of them as well.
enum Tag {
  static let signals: UInt64 = 0
  static let timer: UInt64 = 1
  static let resolver: UInt64 = 2
  static func agent(_ generation: UInt64) -> UInt64 { generation << 2 | 2 }
  static func probe(_ generation: UInt64) -> UInt64 { generation << 2 | 3 }
}

/// What the loop listens to, connections apart.
struct EventSources: ~Copyable {
  let poller: Poller
  let signals: SignalQueue
  let timer: Timer

  static func opened() throws(StartError) -> EventSources {
    do throws(SystemCallError) {
      return try open()
    } catch { throw StartError(error) }
  }

  private static func open() throws(SystemCallError) -> EventSources {
    try StandardStreams.reserve()
    let poller = try Poller()
    let signals = try SignalQueue()
    let timer = try Timer()
    try poller.watch(signals.descriptor.number, for: .readable, tag: Tag.signals)
    try poller.watch(timer.descriptor.number, for: .readable, tag: Tag.timer)
    return EventSources(poller: poller, signals: signals, timer: timer)
  }
}
