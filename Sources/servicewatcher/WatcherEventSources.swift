internal import Linux
internal import Runtime

/// The loop's event sources except connections.
struct WatcherEventSources: ~Copyable {
  let poller: Poller
  let signals: SignalQueue
  var timer: Timer

  static func opened() throws(SystemCallError) -> WatcherEventSources {
    try StandardStreams.reserve()
    let poller = try Poller()
    let signals = try SignalQueue()
    let timer = try Timer()
    try poller.add(signals.descriptor.number, for: .readable, tag: WatcherLoop.Tag.signals)
    try poller.add(timer.descriptor.number, for: .readable, tag: WatcherLoop.Tag.timer)
    return WatcherEventSources(poller: poller, signals: signals, timer: timer)
  }
}
