/// What the user asked for, as far as policy depends on it.
public struct Policy: Hashable, Sendable {
  /// What is registered; empty for an init that registers nothing.
  public var services: [ServicePolicy]
  /// How long the process may take to become ready; nil: for ever.
  public var readyTimeout: Duration?
  /// The signals that mean stop.
  public var stopSignals: [Int32]
  /// Whether a hang-up that a terminal made means stop as well.
  public var hangUpStops: Bool
  /// Between deregistered and signalled.
  public var drain: Duration
  /// Between signalled and killed; nil: never killed.
  public var stopTimeout: Duration?
  /// What is sent instead of a signal that was received; `dropped`: nothing.
  public var rewrites: [Int32: Int32]
  /// How long what the process leaves running is given to end; nil: not waited for.
  public var waitForAll: Duration?
  /// Exit statuses that are reported as 0.
  public var expectedExits: [Int32]

  public init(
    services: [ServicePolicy], readyTimeout: Duration? = nil,
    stopSignals: [Int32] = [Signal.interrupt, Signal.terminate], hangUpStops: Bool = true,
    drain: Duration = .zero, stopTimeout: Duration? = nil, rewrites: [Int32: Int32] = [:],
    waitForAll: Duration? = nil, expectedExits: [Int32] = []
  ) {
    self.services = services
    self.readyTimeout = readyTimeout
    self.stopSignals = stopSignals
    self.hangUpStops = hangUpStops
    self.drain = drain
    self.stopTimeout = stopTimeout
    self.rewrites = rewrites
    self.waitForAll = waitForAll
    self.expectedExits = expectedExits
  }

  /// No signal has the number 0; kill(2).
  public static let dropped: Int32 = 0
}
