@testable import WrapperCore

/// What the process left running: told once to end, given its time, killed then or by a second stop signal, and waited
/// for until it is gone or a second after the KILL.
struct RemainingMonitor: Hashable {
  private var killDue: Duration?
  private var giveUpDue: Duration?
  private var stopSignals = 0

  var areWaitedFor: Bool { killDue != nil || giveUpDue.map { $0 > .zero } ?? false }

  mutating func follow(_ transition: Observation, isAlive: Bool) -> [Breach] {
    killDue = killDue.map { $0 - transition.step.duration }
    giveUpDue = giveUpDue.map { $0 - transition.step.duration }
    let done = transition.effects.filter { $0 == .terminateRemaining || $0 == .killRemaining }
    let expected = take(transition, isAlive: isAlive)
    return done == expected ? [] : [.mishandlesRemaining]
  }

  /// What is to be done to them.
  private mutating func take(_ transition: Observation, isAlive: Bool) -> [Effect] {
    switch transition.step.event {
    case .ended(_, childrenLeft: true) where isAlive:
      killDue = transition.policy.waitForAll
      return killDue == nil ? [] : [.terminateRemaining]
    case .childEnded(childrenLeft: false) where areWaitedFor: (killDue, giveUpDue) = (nil, nil)
    case .childEnded where killDue != nil: return [.terminateRemaining]
    case .childEnded where areWaitedFor: return [.killRemaining]
    case .signal(let signal) where transition.policy.isStop(signal):
      stopSignals = min(stopSignals + 1, 2)
      if killDue != nil && stopSignals == 2 { return kill() }
    case .elapsed where transition.effects.contains(where: \.isReadyTimeout):
      stopSignals = max(stopSignals, 1)
    case .elapsed where killDue.map { $0 <= .zero } ?? false: return kill()
    case .signal, .ended, .childEnded, .suspended, .continued, .outdated, .probed, .sent, .answered, .lost,
      .elapsed:
      break
    }
    return []
  }

  private mutating func kill() -> [Effect] {
    (killDue, giveUpDue) = (nil, .seconds(1))
    return [.killRemaining]
  }

  func coarse(_ policy: Policy) -> RemainingMonitor {
    var watch = self
    watch.killDue = killDue.map { due($0, of: policy.waitForAll ?? .zero) }
    watch.giveUpDue = areWaitedFor ? giveUpDue.map { due($0, of: .seconds(1)) } : nil
    if policy.waitForAll == nil { watch.stopSignals = 0 }
    return watch
  }
}

extension Policy {
  /// The design's own words: what the process gets for a signal that isn't dropped.
  func sent(for signal: Int32) -> Int32 {
    rewrites[signal].map { $0 == 0 ? signal : $0 } ?? signal
  }
}
