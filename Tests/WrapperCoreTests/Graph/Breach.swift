@testable import WrapperCore

/// A promise of the machine that a transition broke. docs/proof.md says which of the project's promises each belongs to;
/// `make mutations` breaks each of them.
enum Breach: String, Hashable, CaseIterable {
  // The process gets its signals in time, and no others.
  case signalsWrongly, signalsAfterEnd, forwardsTooEarly, forwardsTooLate, holdsWithoutReason
  case killsTooEarly, doesNotKill, suspendsWrongly
  // Remaining processes.
  case mishandlesRemaining, exitsWhileRemainingHaveTime
  // The exit comes once, last, with the right status, in time.
  case exitsWhileProcessLives, exitsWithWrongStatus, exitsTooEarly, exitsTooLate, actsAfterExit
  // Probes.
  case probesTwice, cancelsNoProbe, probesAfterStop
  // The registry is true.
  case registersBeforeReady, registersAfterStop, reportsWrongHealth, staysOutOfSync, letsAliveExpire
  case neverRegisters, neverDeregisters, givesUp, deregistersForeign
  case stopsWithoutDeregistering, exitsWithoutDeregistering, logsWrongly
  // Requests: one connection at a time, in order, with pauses.
  case sendsWhileUnanswered, sendsOnALostConnection, dropsAnUnansweredRegistration, closesAConnectionInUse
  case disconnectsNothing, keepsAnIdleConnection, sendsWithoutServices, affectsAnotherService
  case sendsTooSoon, sendsTooLate, retriesWithoutPause
  // Time.
  case actsTooEarly, postpones, isBusy, actsOnIrrelevantEvent
}

/// One transition of the machine, as seen from outside.
struct Observation {
  let policy: Policy
  let step: Step
  let effects: [Effect]
  /// Whether the stop had begun before and after this transition: a stop signal, the end, or the ready time-out.
  let wasStopping: Bool
  let isStopping: Bool

  init(_ policy: Policy, _ step: Step, _ effects: [Effect], wasStopping: Bool) {
    (self.policy, self.step, self.effects, self.wasStopping) = (policy, step, effects, wasStopping)
    let beginsStop =
      switch step.event {
      case .process(.signal(let signal)): policy.isStop(signal)
      case .process(.ended): true
      case .process(.elapsed): effects.contains(where: \.isReadyTimeout)
      case .process(.childEnded), .process(.suspended), .process(.continued), .service: false
      }
    isStopping = wasStopping || beginsStop
  }

  var processEffects: [ProcessEffect] {
    effects.compactMap { if case .process(let effect) = $0 { effect } else { nil } }
  }

  func effects(of index: Int) -> [ServiceEffect] {
    effects.compactMap { if case .service(let effect, of: index) = $0 { effect } else { nil } }
  }

  /// The step's event if it concerns this service.
  func event(of index: Int) -> ServiceEvent? {
    if case .service(let event, of: index) = step.event { event } else { nil }
  }

  var isReadyTimeout: Bool { effects.contains(where: \.isReadyTimeout) }

  var beginsToDrain: Bool {
    processEffects.contains {
      if case .log(.stopping(_, _, _, let drain)) = $0 { drain > .zero } else { false }
    }
  }
}

extension Effect {
  var isReadyTimeout: Bool { if case .service(.log(.readyTimedOut), _) = self { true } else { false } }
}

extension Policy {
  /// Written anew, not the machine's code.
  func isStop(_ signal: Signal) -> Bool {
    if rewrites[signal.number] == 0 { return false }
    if signal.number == 1 { return signal.origin != .sent && terminalHangupStops }
    return stopSignals.contains(signal.number)
  }
}
