/// A signal as received; signal(7). The numbers are Linux's on every architecture that Swift supports.
public struct Signal: Hashable, Sendable {
  public static let hangUp: Int32 = 1
  public static let interrupt: Int32 = 2
  public static let quit: Int32 = 3
  public static let kill: Int32 = 9
  public static let terminate: Int32 = 15
  public static let `continue`: Int32 = 18
  public static let terminalStop: Int32 = 20
  public static let windowChange: Int32 = 28

  public enum Origin: Hashable, Sendable {
    /// By kill(2) or its kin.
    case sent
    /// By the terminal driver, to every process of the foreground group (SI_KERNEL in sigaction(2)).
    case terminal
  }

  public var number: Int32
  public var origin: Origin

  public init(_ number: Int32, origin: Origin = .sent) {
    self.number = number
    self.origin = origin
  }

  /// What the terminal sends to the whole foreground group, so that the process has it already. A hang-up isn't among
  /// them: only the session leader gets it.
  private static let sentToGroup = [interrupt, quit, terminalStop, windowChange]

  /// What the process still has to be sent: nothing where it, being in our group, got the signal together with us.
  var missing: [Int32] { origin == .terminal && Signal.sentToGroup.contains(number) ? [] : [number] }
}

extension Plan {
  func means(stop signal: Signal) -> Bool {
    stopSignals.contains(signal.number)
      || hangUpStops && signal.number == Signal.hangUp && signal.origin == .terminal
  }
}
