/// A signal as received; signal(7). The numbers are Linux's on every architecture that Swift supports.
public struct Signal: Hashable, Sendable {
  /// SIGHUP.
  public static let hangup: Int32 = 1
  /// SIGINT.
  public static let interrupt: Int32 = 2
  /// SIGQUIT.
  public static let quit: Int32 = 3
  /// SIGKILL.
  public static let kill: Int32 = 9
  /// SIGTERM.
  public static let terminate: Int32 = 15
  /// SIGCONT.
  public static let `continue`: Int32 = 18
  /// SIGTSTP.
  public static let terminalStop: Int32 = 20
  /// SIGSTOP.
  public static let stop: Int32 = 19
  /// SIGTTIN.
  public static let terminalInput: Int32 = 21
  /// SIGTTOU.
  public static let terminalOutput: Int32 = 22
  /// SIGWINCH.
  public static let windowChange: Int32 = 28

  /// The sender of a signal, as far as it decides whether to forward it.
  public enum Origin: Hashable, Sendable {
    /// By kill(2) or its kin.
    case sent
    /// By the terminal driver, to our whole process group, the process among it (SI_KERNEL in sigaction(2)).
    case terminal
    /// By the terminal driver as well, while the process is in another group.
    case terminalToUsAlone
  }

  /// The signal's number.
  public var number: Int32
  /// The sender of the signal.
  public var origin: Origin

  /// A received signal.
  public init(_ number: Int32, origin: Origin = .sent) {
    self.number = number
    self.origin = origin
  }

  /// Signals that the terminal sends to a whole group, so that the process has them already. SIGHUP isn't one: only
  /// the session leader gets it.
  private static let sentToGroup = [
    interrupt, quit, terminalStop, terminalInput, terminalOutput, windowChange,
  ]

  /// The signals by which a terminal suspends a job. STOP isn't among them: it is sent deliberately.
  static let suspending = [terminalStop, terminalInput, terminalOutput]

  /// Whether the process, being in our group, received the signal too.
  fileprivate var reachedProcess: Bool { origin == .terminal && Signal.sentToGroup.contains(number) }
}

extension Policy {
  func means(stop signal: Signal) -> Bool {
    if rewrites[signal.number] == Policy.dropped { return false }
    return stopSignals.contains(signal.number)
      || terminalHangupStops && signal.number == Signal.hangup && signal.origin != .sent
  }

  /// The signals to forward for a received one: itself, or none.
  func forwards(_ signal: Signal) -> [Int32] {
    switch rewrites[signal.number] {
    case Policy.dropped: []
    case nil where signal.reachedProcess: []
    case _: [signal.number]
    }
  }

  /// The signal that is sent where this one was received.
  func rewritten(_ received: Int32) -> Int32 {
    guard let sent = rewrites[received], sent != Policy.dropped else { return received }
    return sent
  }
}
