/// How the process is stopped.
public struct StopOptions: Equatable, Sendable {
  /// The signals that mean stop, as numbers, each once: TERM and INT.
  public var signals: [Int32] = [15, 2]
  /// A terminal's hang-up means stop too, whatever the signals are.
  public var hangUp = true
  /// From deregistered to signalled.
  public var drain: Duration = .zero
  /// From signalled to killed; nil: never.
  public var timeout: Duration?
}

extension StopOptions {
  init(_ settings: Settings) throws(UsageError) {
    let given = try settings.list(.stopSignal).map { signal throws(UsageError) in try signal.stopSignal() }
    if !given.isEmpty { signals = [] }
    for signal in given where !signals.contains(signal) { signals.append(signal) }
    drain = try settings[.drain]?.duration() ?? .zero
    timeout = try settings[.stopTimeout]?.limit()
  }
}
