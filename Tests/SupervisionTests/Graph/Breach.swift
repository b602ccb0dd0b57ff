@testable import Supervision

/// A promise of the machine that was seen broken.
enum Breach: String, Hashable {
  case exitsWhileProcessLives, actsAfterExit, exitsWithWrongStatus
  case exitsWithoutAskingToDeregister, withdrawsWithoutAskingToDeregister, registersAfterWithdrawal
  case dropsAnUnansweredRegistration, sendsWhileUnanswered, sendsOnALostConnection, disconnectsNothing
  case keepsAnIdleConnection, closesAConnectionInUse, speaksToConsulThoughToldNotTo
  case signalsWrongly, killsTooEarly, doesNotKill, signalsTheDead, holdsForNothing
  case suspendsWrongly, treatsOthersWrongly, exitsWhileOthersHaveTime
  case probesTwice, cancelsNoProbe, probesWhatIsLeft
  case actsOnWhatCannotMatter, actsTooEarly, isBusy, givesUp
  case forwardsTooLate, exitsTooLate, neverRegisters, neverDeregisters
}

/// One turn of the machine, as seen from outside.
struct Observation {
  let plan: Plan
  let step: Step
  let effects: [Effect]
  /// Told to stop, ended, or not ready in time: before and after this turn.
  let wasWithdrawn: Bool
  let isWithdrawn: Bool

  init(_ plan: Plan, _ step: Step, _ effects: [Effect], wasWithdrawn: Bool) {
    (self.plan, self.step, self.effects, self.wasWithdrawn) = (plan, step, effects, wasWithdrawn)
    let withdraws =
      switch step.event {
      case .signal(let signal): plan.isStop(signal)
      case .ended: true
      case .otherEnded, .stopped, .continued: false
      case .elapsed: effects.contains { if case .log(.readyTimedOut) = $0 { true } else { false } }
      case .sent, .outdated, .probed, .answered, .lost: false
      }
    isWithdrawn = wasWithdrawn || withdraws
  }
}

extension Plan {
  /// The design's own words, not the machine's code.
  func isStop(_ signal: Signal) -> Bool {
    if rewrites[signal.number] == 0 { return false }
    if signal.number == 1 { return signal.origin == .terminal && hangUpStops }
    return stopSignals.contains(signal.number)
  }
}
