public import Linux

/// An event loop's sources except connections. The poller has the signals and the timer under tags of their own.
public struct EventSources: ~Copyable {
  /// The poller's tags of the two; those of HTTP clients have an ID in the lower half.
  public static let signalsTag: UInt64 = 0
  /// See `signalsTag`.
  public static let timerTag: UInt64 = 1

  /// Waits for all sources.
  public let poller: Poller
  /// The signals that we receive.
  public let signals: SignalQueue
  /// Due at the loop's next deadline.
  public var timer: Timer

  /// Opens them. Throws where there are too many descriptors or too little memory.
  public static func opened() throws(StartError) -> EventSources {
    do throws(SystemCallError) {
      try StandardStreams.reserve()
      let sources = EventSources(poller: try Poller(), signals: try SignalQueue(), timer: try Timer())
      try sources.poller.add(sources.signals.descriptor.number, for: .readable, tag: signalsTag)
      try sources.poller.add(sources.timer.descriptor.number, for: .readable, tag: timerTag)
      return sources
    } catch { throw StartError(error) }
  }
}
