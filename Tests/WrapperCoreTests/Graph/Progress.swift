@testable import WrapperCore

// After each transition: does the machine go on neither too early nor too late?

extension Node {
  /// After the exit no event has an effect.
  func checkAfterExit() -> [Breach] {
    if timeLeft != nil { return [.actsAfterExit] }
    let acts = Steps.all(services: 1).always.contains { step in
      var late = machine
      return !late.handle(step.event, at: now + step).isEmpty || late != machine
    }
    return acts ? [.actsAfterExit] : []
  }

  /// After `elapsed` no deadline is due; while Consul differs from what is wanted, there is a deadline.
  func checkProgress(after event: Event) -> [Breach] {
    var breaches: [Breach] = []
    if event == .elapsed, let left = timeLeft, left <= .zero {
      var settled = machine
      for _ in 0..<2 { _ = settled.handle(.elapsed, at: now) }
      if let left = settled.timeLeft(at: now), left <= .zero { breaches.append(.isBusy) }
    }
    if process.isAlive && timeLeft == nil && differsFromConsul { breaches.append(.givesUp) }
    if probes.indices.contains(where: { staysOutOfSync($0) }) { breaches.append(.staysOutOfSync) }
    return breaches
  }

  private var differsFromConsul: Bool { isStopping ? mayBeListed : probes.contains { $0.isReady } }

  /// Whether no request is pending although the agent answers and its entry differs from what is wanted.
  private func staysOutOfSync(_ index: Int) -> Bool {
    let (agent, probe) = (agents[index], probes[index])
    guard process.isAlive, !isStopping, probe.isReady, !probe.isProbing, !agent.isConnected else {
      return false
    }
    if agent.outcome != .good || agent.isForeign { return false }
    return agent.entry != .ours
      || machine.policy.services[index].ttl != nil && agent.isConfirmedPassing != probe.isHealthy
  }

  /// A pause follows each exchange: after a failure, a refusal, or until the next heartbeat.
  func checkPauses() -> [Breach] {
    guard process.isAlive else { return [] }
    return agents.indices.flatMap { index -> [Breach] in
      let agent = agents[index]
      guard agent.hasJustEnded, !agent.isConnected, let pause = pause(after: agent, index) else { return [] }
      let isEarly = sends(index, within: pause.lowerBound - .nanoseconds(1)) ?? false
      let isLate = !(sends(index, within: pause.upperBound) ?? true)
      return (isEarly ? [.sendsTooSoon] : []) + (isLate ? [.sendsTooLate] : [])
    }
  }

  private func pause(after agent: AgentMonitor, _ index: Int) -> ClosedRange<Duration>? {
    guard machine.policy.services.indices.contains(index) else { return nil }
    if isStopping && !agent.mayBeListed { return nil }
    let comparison = Duration.seconds(27)...Duration.seconds(30)
    let beat = machine.policy.services[index].ttl.map { $0 * 3 / 10...$0 / 3 } ?? comparison
    switch agent.outcome {
    case _ where probes[index].isReady && probes[index].isProbing: return nil
    case .good where isStopping || !probes[index].isReady: return nil
    case .good: return agent.isForeign ? comparison : beat
    case .refused where isStopping || !agent.hasWorked && agent.entry != .ours:
      return .seconds(54)...(.seconds(60))
    case .overloaded where isStopping && process.sinceStop.map { $0 < .seconds(3) } ?? false:
      return .milliseconds(50)...(.milliseconds(100))
    case .failed, .overloaded, .refused: return .milliseconds(50)...(.seconds(5))
    }
  }

  /// Whether a request, or the probe before a heartbeat, is sent within that time if no event comes; nil if the ready
  /// time-out passes first.
  private func sends(_ index: Int, within time: Duration) -> Bool? {
    var later = machine
    let effects = later.handle(.elapsed, at: now + .passed(time))
    if effects.contains(where: \.isReadyTimeout) { return nil }
    return effects.contains { effect in
      switch effect {
      case .service(.send, of: index): true
      case .service(.probe, of: index): probes[index].isReady
      case .process, .service: false
      }
    }
  }
}

extension WrapperMachine {
  /// Whether a deadline was postponed.
  func postpones(_ before: WrapperMachine) -> Bool {
    let isStarted = zip(before.services, services).contains {
      $0.readiness.startedAt != $1.readiness.startedAt
    }
    return isStarted || phase.postpones(before.phase)
  }
}

extension WrapperMachine.Phase {
  fileprivate func postpones(_ before: WrapperMachine.Phase) -> Bool {
    switch (before, self) {
    case (.deregistering(_, _, let due), .deregistering(_, _, let now)): due != now
    case (.draining(_, let due), .draining(_, let now)): due != now
    case (.stopping(let due), .stopping(let now)): due != now
    case (.ended(_, let due, let remaining), .ended(_, let now, let remainingNow)):
      due != now || remainingNow.postpone(remaining)
    default: false
    }
  }
}

extension WrapperMachine.Remaining {
  fileprivate func postpone(_ before: WrapperMachine.Remaining) -> Bool {
    switch (before, self) {
    case (.terminating(let due, _), .terminating(let now, _)), (.killed(let due), .killed(let now)):
      due != now
    default: false
    }
  }
}
