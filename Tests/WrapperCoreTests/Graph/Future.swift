@testable import WrapperCore

// The future of a state if only time passes, if every answer is a success, or if the probe hangs.

extension Node {
  /// Every future is settled after this many steps.
  private static let enough = 60

  /// Promises about time, checked in this state's future.
  var breachesOfItsFuture: [Breach] {
    if process.hasExited { return [] }
    return breachesOfStop + breachesOfEnd + breachesOfHealth + breachesOfHang
  }

  /// Consul and the process are silent: a held stop signal is forwarded exactly when its time is over.
  private var breachesOfStop: [Breach] {
    guard process.isAlive else { return [] }
    var node = self
    var breaches = isStopping ? [] : node.apply(.event(.signal(Signal(Signal.terminate)))).breaches
    let isHeld = !node.process.held.isEmpty
    let serves = agents.contains { $0.entry == .ours }
    let drain = isHeld && serves ? machine.policy.drain : .zero
    let whole = (node.awaits && isHeld ? Duration.milliseconds(300) : .zero) + drain
    for _ in 0..<Node.enough {
      guard !node.process.held.isEmpty, let left = node.timeLeft, breaches.isEmpty else { break }
      breaches += node.apply(.passed(max(left, .zero))).breaches
    }
    let waited = node.now.monotonic
    if !node.process.held.isEmpty || waited > .milliseconds(300) + machine.policy.drain {
      breaches.append(.forwardsTooLate)
    } else if !isStopping && waited != whole {
      breaches.append(waited < whole ? .forwardsTooEarly : .forwardsTooLate)
    }
    return breaches
  }

  /// The process ends, Consul is silent, and remaining processes never end: the exit comes after Consul's second, the
  /// rest of the stop's three seconds (all three for an overloaded agent), or a second after the remaining are killed.
  private var breachesOfEnd: [Breach] {
    var node = self
    var breaches = process.isAlive ? node.apply(.event(.ended(.exited(7), childrenLeft: true))).breaches : []
    let remainingTime = machine.policy.waitForAll.map { $0 + .seconds(1) } ?? .zero
    let isOverloaded = node.agents.contains { $0.outcome == .overloaded && $0.mayBeListed }
    let limit = Duration.seconds(isOverloaded ? 3 : 1)
    let budget = max(.zero, min(limit, .seconds(3) - (process.sinceStop ?? .zero)))
    let whole = max(
      node.agents.contains { $0.awaitsDeregistration && $0.mayBeListed } ? budget : .zero, remainingTime)
    for _ in 0..<Node.enough {
      guard !node.process.hasExited, let left = node.timeLeft, breaches.isEmpty else { break }
      breaches += node.apply(.passed(max(left, .zero))).breaches
    }
    let waited = node.now.monotonic
    if !node.process.hasExited || waited > max(limit, remainingTime) {
      breaches.append(.exitsTooLate)
    } else if process.isAlive && waited != whole {
      breaches.append(waited < whole ? .exitsTooEarly : .exitsTooLate)
    }
    return breaches
  }

  /// Every probe and every request succeeds: Consul comes to agree with what is wanted, also before the exit.
  private var breachesOfHealth: [Breach] {
    guard !machine.services.isEmpty, !process.waitsForRemaining else { return [] }
    var node = self
    // A process that stays suspended is never ready.
    let breaches = process.isAlive ? node.apply(.event(.continued)).breaches : []
    if !breaches.isEmpty { return breaches }
    for _ in 0..<Node.enough {
      if node.isAsWanted { return [] }
      if node.process.hasExited { return exitsInTime(node) ? [] : [.neverDeregisters] }
      let breaches = node.takeHealthy()
      if !breaches.isEmpty { return breaches }
      if node.now.monotonic > .seconds(61) { break }
    }
    return [isStopping ? .neverDeregisters : .neverRegisters]
  }

  /// In the last second a refused deregistration isn't retried, and a failed one only if its pause fits.
  private func exitsInTime(_ node: Node) -> Bool {
    let isOver = machine.phaseDeadline.map { $0 <= node.now.monotonic + .milliseconds(100) } ?? false
    return isOver || node.agents.allSatisfy { !$0.mayBeListed || $0.outcome == .refused }
  }

  private var isAsWanted: Bool {
    if isStopping { return !mayBeListed }
    return machine.policy.services.indices.allSatisfy { index in
      let (agent, policy) = (agents[index], machine.policy.services[index])
      return agent.entry == .ours && !agent.isOutdated && agent.unanswered.isEmpty && !probes[index].isProbing
        && (policy.ttl == nil || agent.isConfirmedPassing == true)
    }
  }

  private mutating func takeHealthy() -> [Breach] {
    for index in agents.indices {
      if !agents[index].unanswered.isEmpty {
        return apply(.event(.service(.answered(.done), of: index))).breaches
      }
      if probes[index].isProbing { return apply(.event(.service(.probed(.accepting), of: index))).breaches }
    }
    guard let timeLeft else { return [.givesUp] }
    return apply(.passed(max(timeLeft, .zero))).breaches
  }

  /// Every request succeeds, and the probes hang: within a TTL *alive* is renewed and *ready* is critical.
  private var breachesOfHang: [Breach] {
    guard process.isAlive, !isStopping, machine.policy.services.contains(where: { $0.ttl != nil }) else {
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
      let step = asking.map { .event(.service(.answered(.done), of: $0)) } ?? Step.passed(max(left, .zero))
      let breaches = node.apply(step).breaches
      if !breaches.isEmpty { return breaches }
      // A third of the TTL until the next heartbeat, and another until the probe times out.
      if node.now.monotonic > .seconds(10) { break }
    }
    return waiting.isEmpty ? [] : [.letsAliveExpire]
  }
}
