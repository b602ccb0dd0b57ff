/// The options that the machine's decisions depend on; the defaults are those of servicewrapper without options.
public struct Policy: Hashable, Sendable {
  /// The services to register; empty for an init that registers nothing.
  public var services: [ServicePolicy]
  /// How long the process may take to become ready; nil: for ever.
  public var readyTimeout: Duration?
  /// The signals that mean stop.
  public var stopSignals = [Signal.interrupt, Signal.terminate]
  /// Whether SIGHUP from a terminal means stop as well.
  public var terminalHangupStops = true
  /// The delay between deregistering and sending the stop signal.
  public var drain = Duration.zero
  /// The time between the stop signal and KILL; nil: never killed.
  public var stopTimeout: Duration?
  /// The signal to send for each received one; `dropped`: none.
  public var rewrites: [Int32: Int32] = [:]
  /// How long to wait for the processes that the process leaves running; nil: not at all.
  public var waitForAll: Duration?
  /// Exit statuses that are reported as 0.
  public var expectedExits: [Int32] = []

  /// A policy with every option but the services at its default.
  public init(services: [ServicePolicy]) { self.services = services }

  /// No signal has the number 0; kill(2).
  public static let dropped: Int32 = 0
}
