@testable import WrapperCore

/// Processes that the process left running: they get TERM, are killed after their time or at the second stop signal, and
/// are waited for until they have ended or a second has passed since KILL.
struct RemainingMonitor: Hashable {
  private var killDue: Duration?
  private var giveUpDue: Duration?
  private var stopSignals = 0

  var areWaitedFor: Bool { killDue != nil || giveUpDue.map { $0 > .zero } ?? false }

  mutating func follow(_ transition: Observation, isAlive: Bool) -> [Breach] {
    killDue = killDue.map { $0 - transition.step.duration }
    giveUpDue = giveUpDue.map { $0 - transition.step.duration }
    let done = transition.processEffects.filter { $0 == .terminateRemaining || $0 == .killRemaining }
    let expected = apply(transition, isAlive: isAlive)
    return done == expected ? [] : [.mishandlesRemaining]
  }

  /// The effects that are expected.
  private mutating func apply(_ transition: Observation, isAlive: Bool) -> [ProcessEffect] {
    switch transition.step.event {
    case .process(.ended(_, childrenLeft: true)) where isAlive:
      killDue = transition.policy.waitForAll
      return killDue == nil ? [] : [.terminateRemaining]
    case .process(.childEnded(childrenLeft: false)) where areWaitedFor: (killDue, giveUpDue) = (nil, nil)
    case .process(.childEnded) where killDue != nil: return [.terminateRemaining]
    case .process(.childEnded) where areWaitedFor: return [.killRemaining]
    case .process(.signal(let signal)) where transition.policy.isStop(signal):
      stopSignals = min(stopSignals + 1, 2)
      if killDue != nil && stopSignals == 2 { return kill() }
    case .process(.elapsed) where transition.isReadyTimeout:
      stopSignals = max(stopSignals, 1)
    case .process(.elapsed) where killDue.map { $0 <= .zero } ?? false: return kill()
    case .process, .service: break
    }
    return []
  }

  private mutating func kill() -> [ProcessEffect] {
    (killDue, giveUpDue) = (nil, .seconds(1))
    return [.killRemaining]
  }

  func coarse(_ policy: Policy) -> RemainingMonitor {
    var monitor = self
    monitor.killDue = killDue.map { due($0, of: policy.waitForAll ?? .zero) }
    monitor.giveUpDue = areWaitedFor ? giveUpDue.map { due($0, of: .seconds(1)) } : nil
    if policy.waitForAll == nil { monitor.stopSignals = 0 }
    return monitor
  }
}

extension Policy {
  /// The signal that is sent for a received one that isn't dropped; written anew, not the machine's code.
  func sent(for signal: Int32) -> Int32 {
    rewrites[signal].map { $0 == 0 ? signal : $0 } ?? signal
  }
}
