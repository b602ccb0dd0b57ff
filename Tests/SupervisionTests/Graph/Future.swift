@testable import Supervision

// What becomes of a state when only time passes, or when everybody answers well.

extension Node {
  /// Turns within which whatever is to come has come.
  private static let enough = 40

  /// What the promises say of time is looked for in this state's future.
  var breachesOfItsFuture: [Breach] {
    if process.hasExited { return [] }
    return breachesOfStop + breachesOfEnd + breachesOfHealth
  }

  /// Consul and the process are silent from now on: what is held is forwarded in time.
  private var breachesOfStop: [Breach] {
    guard process.isAlive else { return [] }
    var node = self
    var breaches = isWithdrawn ? [] : node.take(.event(.signal(Signal(Signal.terminate)))).breaches
    for _ in 0..<Node.enough {
      guard !node.process.held.isEmpty, let left = node.timeLeft, breaches.isEmpty else { break }
      breaches += node.take(.passed(max(left, .zero))).breaches
    }
    let plan = machine.plan
    let waited = node.now.monotonic
    if !node.process.held.isEmpty || waited > .milliseconds(300) + plan.drain {
      breaches.append(.forwardsTooLate)
    }
    let exact: [Duration] = [.zero, .milliseconds(300), plan.drain, .milliseconds(300) + plan.drain]
    if !exact.contains(waited) { breaches.append(.forwardsTooLate) }
    return breaches
  }

  /// The process ends, Consul is silent, and what is left never ends: the exit follows within a second, or one after the
  /// time that the others are given.
  private var breachesOfEnd: [Breach] {
    var node = self
    var breaches = process.isAlive ? node.take(.event(.ended(.exited(7), othersLeft: true))).breaches : []
    let othersTake = machine.plan.waitForAll.map { $0 + .seconds(1) } ?? .zero
    for _ in 0..<Node.enough {
      guard !node.process.hasExited, let left = node.timeLeft, breaches.isEmpty else { break }
      breaches += node.take(.passed(max(left, .zero))).breaches
    }
    if !node.process.hasExited || node.now.monotonic > max(.seconds(1), othersTake) {
      breaches.append(.exitsTooLate)
    }
    return breaches
  }

  /// The probe accepts and the agent does as it is asked: what is wanted in Consul becomes true.
  private var breachesOfHealth: [Breach] {
    guard !machine.services.isEmpty, process.isAlive else { return [] }
    var node = self
    // One that stays stopped is never ready.
    let breaches = node.take(.event(.continued)).breaches
    if !breaches.isEmpty { return breaches }
    for _ in 0..<Node.enough {
      if node.isAsWanted { return [] }
      let breaches = node.takeHealthy()
      if !breaches.isEmpty { return breaches }
    }
    return [isWithdrawn ? .neverDeregisters : .neverRegisters]
  }

  private var isAsWanted: Bool {
    if isWithdrawn { return !agent.mayBeListed && !machine.services[0].registry.mayBeListed }
    return machine.services[0].registry.confirmed == .present && agent.unanswered.isEmpty && !isProbing
  }

  private mutating func takeHealthy() -> [Breach] {
    if !agent.unanswered.isEmpty { return take(.event(.answered(.done))).breaches }
    if isProbing { return take(.event(.probed(.accepting))).breaches }
    guard let timeLeft else { return [.givesUp] }
    return take(.passed(max(timeLeft, .zero))).breaches
  }
}
