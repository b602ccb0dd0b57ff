/// The options that the machine's decisions depend on.
public struct Policy: Hashable, Sendable {
  /// The services to register; empty for an init that registers nothing.
  public var services: [ServicePolicy]
  /// How long the process may take to become ready; nil: for ever.
  public var readyTimeout: Duration?
  /// The signals that mean stop.
  public var stopSignals: [Int32]
  /// Whether SIGHUP from a terminal means stop as well.
  public var hangUpStops: Bool
  /// The delay between deregistering and sending the stop signal.
  public var drain: Duration
  /// The time between the stop signal and KILL; nil: never killed.
  public var stopTimeout: Duration?
  /// The signal to send for each received one; `dropped`: none.
  public var rewrites: [Int32: Int32]
  /// How long to wait for the processes that the process leaves running; nil: not at all.
  public var waitForAll: Duration?
  /// Exit statuses that are reported as 0.
  public var expectedExits: [Int32]

  /// A policy; the defaults are those of servicewrapper without options.
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
