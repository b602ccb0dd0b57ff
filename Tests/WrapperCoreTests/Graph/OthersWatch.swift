@testable import WrapperCore

/// What the process left running: told once to end, given its time, killed then or by a second stop signal, and waited
/// for until it is gone or a second after the KILL.
struct OthersWatch: Hashable {
  private var killDue: Duration?
  private var giveUpDue: Duration?
  private var stopSignals = 0

  var areWaitedFor: Bool { killDue != nil || giveUpDue.map { $0 > .zero } ?? false }

  mutating func follow(_ turn: Observation, isAlive: Bool) -> [Breach] {
    killDue = killDue.map { $0 - turn.step.duration }
    giveUpDue = giveUpDue.map { $0 - turn.step.duration }
    let done = turn.effects.filter { $0 == .terminateOthers || $0 == .killOthers }
    let expected = take(turn, isAlive: isAlive)
    return done == expected ? [] : [.treatsOthersWrongly]
  }

  /// What is to be done to them.
  private mutating func take(_ turn: Observation, isAlive: Bool) -> [Effect] {
    switch turn.step.event {
    case .ended(_, othersLeft: true) where isAlive:
      killDue = turn.plan.waitForAll
      return killDue == nil ? [] : [.terminateOthers]
    case .otherEnded(othersLeft: false) where areWaitedFor: (killDue, giveUpDue) = (nil, nil)
    case .otherEnded where killDue != nil: return [.terminateOthers]
    case .otherEnded where areWaitedFor: return [.killOthers]
    case .signal(let signal) where turn.plan.isStop(signal):
      stopSignals = min(stopSignals + 1, 2)
      if killDue != nil && stopSignals == 2 { return kill() }
    case .elapsed where turn.effects.contains(where: \.isReadyTimeout):
      stopSignals = max(stopSignals, 1)
    case .elapsed where killDue.map { $0 <= .zero } ?? false: return kill()
    case .signal, .ended, .otherEnded, .stopped, .continued, .outdated, .probed, .sent, .answered, .lost,
      .elapsed:
      break
    }
    return []
  }

  private mutating func kill() -> [Effect] {
    (killDue, giveUpDue) = (nil, .seconds(1))
    return [.killOthers]
  }

  func coarse(_ plan: Plan) -> OthersWatch {
    var watch = self
    watch.killDue = killDue.map { due($0, of: plan.waitForAll ?? .zero) }
    watch.giveUpDue = areWaitedFor ? giveUpDue.map { due($0, of: .seconds(1)) } : nil
    if plan.waitForAll == nil { watch.stopSignals = 0 }
    return watch
  }
}

extension Plan {
  /// The design's own words: what the process gets for a signal that isn't dropped.
  func sent(for signal: Int32) -> Int32 {
    rewrites[signal].map { $0 == 0 ? signal : $0 } ?? signal
  }
}
