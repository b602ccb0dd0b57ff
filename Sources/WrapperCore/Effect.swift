/// What the machine wants done, in this order, and about which of the plan's services; 0 where it is about none. Nothing
/// here decides: whoever performs it only translates.
public struct Action: Hashable, Sendable {
  public let effect: Effect
  public let service: Int

  init(_ effect: Effect, service: Int) {
    self.effect = effect
    self.service = service
  }
}

public enum Effect: Hashable, Sendable {
  /// Find out whether the process is ready, and say so with `Event.probed`.
  case probe
  /// Forget the probe under way.
  case cancelProbe
  /// Send these to the agent, behind what is unanswered on the connection; without a connection, make one.
  case send([Request])
  /// Close the connection to the agent; nothing on it is waited for any more.
  case disconnect
  /// Send the process this signal.
  case signal(Int32)
  /// Be suspended by this signal as any program would, for as long as that takes: where somebody can continue us, a
  /// shell with job control, that is until then; otherwise the kernel takes no notice, and neither do we.
  case suspend(Int32)
  /// Send TERM and CONT to every process that is left and hasn't been sent them.
  case terminateOthers
  /// Send KILL to every process that is left.
  case killOthers
  case log(Notice)
  /// End with this status.
  case exit(Int32)
}

/// What can be asked of Consul's agent about our one service ID.
public enum Request: Hashable, Sendable {
  /// Is it there?
  case inspect
  /// Take what an earlier life left behind out of DNS: its *ready* check turns critical.
  case retire
  /// Register, *ready* starting as told.
  case register(Health)
  /// Renew *alive*.
  case alive
  /// Set *ready*.
  case ready(Health)
  case deregister

  var registers: Bool {
    switch self {
    case .register: true
    case .inspect, .retire, .alive, .ready, .deregister: false
    }
  }

  /// Whether it only renews checks, and may be sent again.
  var updates: Bool {
    switch self {
    case .alive, .ready: true
    case .inspect, .retire, .register, .deregister: false
    }
  }
}

/// What people should know, each condition once and then when it changes.
public enum Notice: Hashable, Sendable {
  case registered(Registration, after: Duration)
  case deregistered(after: Duration)
  case healthChanged(Health)
  case notAccepting(Health, after: Duration)
  case readyTimedOut(Health, after: Duration)
  case consulFailed(Failure, registered: Bool)
  case consulAnswers
  /// Our ID is registered by another, which may live: we overwrite each other.
  case idTaken(by: String)
  /// A stop signal came; it is forwarded now, or after the drain, as another where it is rewritten.
  case stopping(signal: Int32, as: Int32? = nil, Withdrawal, drain: Duration)
  /// The stop signal came from the terminal, which sent it to the process as well.
  case stoppedByTerminal(signal: Int32)
  /// The stop time-out is over.
  case killing
  case ended(ExitStatus)
  /// The process left others running, which are given this long to end.
  case waitingForOthers(Duration)
  /// They didn't end in time.
  case killingOthers
  /// The deregistration was not confirmed: what Consul shows from now on is up to its checks.
  case leftBehind
}

/// Which registration this is.
public enum Registration: Hashable, Sendable {
  case first
  /// In the place of what an earlier life left behind.
  case replacing
  /// The agent had forgotten us.
  case again
  /// It had us otherwise than we are to be registered.
  case renewed
}

/// What became of the registration before a stop signal was forwarded.
public enum Withdrawal: Hashable, Sendable {
  case notRegistered
  case deregistered(after: Duration)
  case unconfirmed
}
