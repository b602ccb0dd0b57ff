@testable import WrapperCore

/// A promise of the machine that was seen broken. Which of the project's promises each belongs to is in docs/proof.md;
/// scripts/mutate-machine breaks each of them.
enum Breach: String, Hashable, CaseIterable {
  // The process: its signals, at once or in time, and no others.
  case signalsWrongly, signalsAfterEnd, forwardsTooEarly, forwardsTooLate, holdsForNothing
  case killsTooEarly, doesNotKill, suspendsWrongly
  // What it left running.
  case mishandlesRemaining, exitsWhileRemainingHaveTime
  // The exit: once, last, with its status, in time.
  case exitsWhileProcessLives, exitsWithWrongStatus, exitsTooEarly, exitsTooLate, actsAfterExit
  // The probe.
  case probesTwice, cancelsNoProbe, probesAfterStop
  // The registry is true.
  case registersBeforeReady, registersAfterStop, claimsWrongHealth, restsThoughUntrue, letsAliveExpire
  case neverRegisters, neverDeregisters, givesUp, deregistersForeign
  case stopsWithoutDeregistering, exitsWithoutDeregistering, logsWrongly
  // The conversation: one connection at a time, in order, never hot.
  case sendsWhileUnanswered, sendsOnALostConnection, dropsAnUnansweredRegistration, closesAConnectionInUse
  case disconnectsNothing, keepsAnIdleConnection, talksToConsulUninvited, touchesAnother
  case asksTooSoon, asksTooLate, hammers
  // Time.
  case actsTooEarly, postpones, isBusy, actsOnWhatCannotMatter
}

/// One turn of the machine, as seen from outside.
struct Observation {
  let policy: Policy
  let step: Step
  /// What is done about the service that is looked at.
  let effects: [Effect]
  /// Whether the event is about it, or about all.
  let isMine: Bool
  /// Told to stop, ended, or not ready in time: before and after this turn.
  let wasWithdrawn: Bool
  let isWithdrawn: Bool

  init(_ policy: Policy, _ step: Step, _ actions: [Action], of service: Int? = nil, wasWithdrawn: Bool) {
    (self.policy, self.step, self.wasWithdrawn) = (policy, step, wasWithdrawn)
    effects = actions.filter { service == nil || $0.service == service }.map(\.effect)
    isMine = service == nil || step.service == nil || step.service == service
    let withdraws =
      switch step.event {
      case .signal(let signal): policy.isStop(signal)
      case .ended: true
      case .childEnded, .suspended, .continued: false
      case .elapsed: actions.contains { $0.effect.isReadyTimeout }
      case .sent, .outdated, .probed, .answered, .lost: false
      }
    isWithdrawn = wasWithdrawn || withdraws
  }

  var beginsToDrain: Bool {
    effects.contains { if case .log(.stopping(_, _, _, let drain)) = $0 { drain > .zero } else { false } }
  }
}

extension Effect {
  var isReadyTimeout: Bool { if case .log(.readyTimedOut) = self { true } else { false } }
}

extension Policy {
  /// The design's own words, not the machine's code.
  func isStop(_ signal: Signal) -> Bool {
    if rewrites[signal.number] == 0 { return false }
    if signal.number == 1 { return signal.origin != .sent && hangUpStops }
    return stopSignals.contains(signal.number)
  }
}
