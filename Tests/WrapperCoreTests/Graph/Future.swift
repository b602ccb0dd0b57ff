@testable import WrapperCore

// What becomes of a state when only time passes, when everybody answers well, or when the probe hangs.

extension Node {
  /// Turns within which whatever is to come has come.
  private static let enough = 60

  /// What the promises say of time is looked for in this state's future.
  var breachesOfItsFuture: [Breach] {
    if process.hasExited { return [] }
    return breachesOfStop + breachesOfEnd + breachesOfHealth + breachesOfHang
  }

  /// Consul and the process are silent from now on: what is held is forwarded when the time is over, and not before.
  private var breachesOfStop: [Breach] {
    guard process.isAlive else { return [] }
    var node = self
    var breaches = isWithdrawn ? [] : node.take(.event(.signal(Signal(Signal.terminate)))).breaches
    let isHeld = !node.process.held.isEmpty
    let serves = agents.contains { $0.entry == .ours }
    let drain = isHeld && serves ? machine.policy.drain : .zero
    let whole = (node.awaits && isHeld ? Duration.milliseconds(300) : .zero) + drain
    for _ in 0..<Node.enough {
      guard !node.process.held.isEmpty, let left = node.timeLeft, breaches.isEmpty else { break }
      breaches += node.take(.passed(max(left, .zero))).breaches
    }
    let waited = node.now.monotonic
    if !node.process.held.isEmpty || waited > .milliseconds(300) + machine.policy.drain {
      breaches.append(.forwardsTooLate)
    } else if !isWithdrawn && waited != whole {
      breaches.append(waited < whole ? .forwardsTooEarly : .forwardsTooLate)
    }
    return breaches
  }

  /// The process ends, Consul is silent, and what is left never ends: the exit follows when Consul's second is over, or
  /// what is left of the stop's three (all of it, where we were turned away), or a second after the time that the others are given.
  private var breachesOfEnd: [Breach] {
    var node = self
    var breaches = process.isAlive ? node.take(.event(.ended(.exited(7), childrenLeft: true))).breaches : []
    let remainingTime = machine.policy.waitForAll.map { $0 + .seconds(1) } ?? .zero
    let isOverloaded = node.agents.contains { $0.outcome == .overloaded && $0.mayBeListed }
    let limit = Duration.seconds(isOverloaded ? 3 : 1)
    let budget = max(.zero, min(limit, .seconds(3) - (process.sinceStop ?? .zero)))
    let whole = max(
      node.agents.contains { $0.asksToDeregister && $0.mayBeListed } ? budget : .zero, remainingTime)
    for _ in 0..<Node.enough {
      guard !node.process.hasExited, let left = node.timeLeft, breaches.isEmpty else { break }
      breaches += node.take(.passed(max(left, .zero))).breaches
    }
    let waited = node.now.monotonic
    if !node.process.hasExited || waited > max(limit, remainingTime) {
      breaches.append(.exitsTooLate)
    } else if process.isAlive && waited != whole {
      breaches.append(waited < whole ? .exitsTooEarly : .exitsTooLate)
    }
    return breaches
  }

  /// The probes accept and the agent does as it is asked: what is wanted in Consul becomes true, before the exit too.
  private var breachesOfHealth: [Breach] {
    guard !machine.services.isEmpty, !process.waitsForRemaining else { return [] }
    var node = self
    // One that stays stopped is never ready.
    let breaches = process.isAlive ? node.take(.event(.continued)).breaches : []
    if !breaches.isEmpty { return breaches }
    for _ in 0..<Node.enough {
      if node.isAsWanted { return [] }
      if node.process.hasExited { return exitsInTime(node) ? [] : [.neverDeregisters] }
      let breaches = node.takeHealthy()
      if !breaches.isEmpty { return breaches }
      if node.now.monotonic > .seconds(61) { break }
    }
    return [isWithdrawn ? .neverDeregisters : .neverRegisters]
  }

  /// What was refused isn't tried again within the last second, and what failed only where a pause still fits into it.
  private func exitsInTime(_ node: Node) -> Bool {
    let isOver = machine.phaseDeadline.map { $0 <= node.now.monotonic + .milliseconds(100) } ?? false
    return isOver || node.agents.allSatisfy { !$0.mayBeListed || $0.outcome == .refused }
  }

  private var isAsWanted: Bool {
    if isWithdrawn { return !mayBeListed }
    return machine.policy.services.indices.allSatisfy { index in
      let (agent, policy) = (agents[index], machine.policy.services[index])
      return agent.entry == .ours && !agent.isOutdated && agent.unanswered.isEmpty && !probes[index].isProbing
        && (policy.ttl == nil || agent.saysPassing == true)
    }
  }

  private mutating func takeHealthy() -> [Breach] {
    for index in agents.indices {
      if !agents[index].unanswered.isEmpty { return take(.event(.answered(.done), of: index)).breaches }
      if probes[index].isProbing { return take(.event(.probed(.accepting), of: index)).breaches }
    }
    guard let timeLeft else { return [.givesUp] }
    return take(.passed(max(timeLeft, .zero))).breaches
  }

  /// The agent does as it is asked, and the probes hang: within a TTL *alive* is renewed and *ready* is critical.
  private var breachesOfHang: [Breach] {
    guard process.isAlive, !isWithdrawn, machine.policy.services.contains(where: { $0.ttl != nil }) else {
      return []
    }
    let serving = agents.indices.filter { index in
      agents[index].entry == .ours && agents[index].outcome == .good
        && machine.policy.services[index].ttl != nil
    }
    var (node, waiting) = (self, Set(serving))
    for _ in 0..<Node.enough where !waiting.isEmpty {
      let asking = agents.indices.first { !node.agents[$0].unanswered.isEmpty }
      guard let left = node.timeLeft else { return [.givesUp] }
      if let asking, node.agents[asking].unanswered[0] == .alive { waiting.remove(asking) }
      let step = asking.map { .event(.answered(.done), of: $0) } ?? Step.passed(max(left, .zero))
      let breaches = node.take(step).breaches
      if !breaches.isEmpty { return breaches }
      // A third of it until the next beat, and another until the probe is given up.
      if node.now.monotonic > .seconds(10) { break }
    }
    return waiting.isEmpty ? [] : [.letsAliveExpire]
  }
}
