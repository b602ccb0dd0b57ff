@testable import WrapperCore

// Whether the machine moves on, neither too early nor too late, after one turn.

extension Node {
  /// Whatever still comes after the exit, nothing is done.
  func judgeSilence() -> [Breach] {
    if timeLeft != nil { return [.actsAfterExit] }
    let acts = Steps.all(services: 1).always.contains { step in
      var late = machine
      return !late.handle(step.event, at: now + step).isEmpty || late != machine
    }
    return acts ? [.actsAfterExit] : []
  }

  /// Once time was taken note of nothing is due any more; while Consul lacks something, something will be.
  func judgeProgress(after event: Event) -> [Breach] {
    var breaches: [Breach] = []
    if event == .elapsed, let left = timeLeft, left <= .zero {
      var settled = machine
      for _ in 0..<2 { _ = settled.handle(.elapsed, at: now) }
      if let left = settled.timeLeft(at: now), left <= .zero { breaches.append(.isBusy) }
    }
    if process.isAlive && timeLeft == nil && owesConsul { breaches.append(.givesUp) }
    if probes.indices.contains(where: { restsThoughUntrue($0) }) { breaches.append(.restsThoughUntrue) }
    return breaches
  }

  private var owesConsul: Bool { isWithdrawn ? mayBeListed : probes.contains { $0.isReady } }

  /// While the agent answers well, nothing is asked only where there is nothing to be told.
  private func restsThoughUntrue(_ index: Int) -> Bool {
    let (agent, probe) = (agents[index], probes[index])
    guard process.isAlive, !isWithdrawn, probe.isReady, !probe.isProbing, !agent.isConnected else {
      return false
    }
    if agent.outcome != .good || agent.isAnothers { return false }
    return agent.entry != .ours
      || machine.policy.services[index].ttl != nil && agent.saysPassing != probe.isHealthy
  }

  /// Between two exchanges lies a pause: after a failure, a refusal, or until the next heartbeat.
  func judgeRest() -> [Breach] {
    guard process.isAlive else { return [] }
    return agents.indices.flatMap { index -> [Breach] in
      let agent = agents[index]
      guard agent.hasJustEnded, !agent.isConnected, let pause = pause(after: agent, index) else { return [] }
      let isEarly = asks(index, within: pause.lowerBound - .nanoseconds(1)) ?? false
      let isLate = !(asks(index, within: pause.upperBound) ?? true)
      return (isEarly ? [.asksTooSoon] : []) + (isLate ? [.asksTooLate] : [])
    }
  }

  private func pause(after agent: AgentMonitor, _ index: Int) -> ClosedRange<Duration>? {
    guard machine.policy.services.indices.contains(index) else { return nil }
    if isWithdrawn && !agent.mayBeListed { return nil }
    let comparison = Duration.seconds(27)...Duration.seconds(30)
    let beat = machine.policy.services[index].ttl.map { $0 * 3 / 10...$0 / 3 } ?? comparison
    switch agent.outcome {
    case _ where probes[index].isReady && probes[index].isProbing: return nil
    case .good where isWithdrawn || !probes[index].isReady: return nil
    case .good: return agent.isAnothers ? comparison : beat
    case .refused where isWithdrawn || !agent.hasWorked && agent.entry != .ours:
      return .seconds(54)...(.seconds(60))
    case .overloaded where isWithdrawn && process.sinceStop.map { $0 < .seconds(3) } ?? false:
      return .milliseconds(50)...(.milliseconds(100))
    case .failed, .overloaded, .refused: return .milliseconds(50)...(.seconds(5))
    }
  }

  /// Whether something is asked, or a serving process probed for it, once that time has passed without any news; nil
  /// where the time that the process has to get ready has passed too.
  private func asks(_ index: Int, within time: Duration) -> Bool? {
    var later = machine
    let actions = later.handle(.elapsed, at: now + .passed(time))
    if actions.contains(where: \.effect.isReadyTimeout) { return nil }
    return actions.contains { action in
      switch action.effect {
      case .send: action.service == index
      case .probe: action.service == index && probes[index].isReady
      default: false
      }
    }
  }
}

extension WrapperMachine {
  /// Whether something that was to be done at a time is put off, though it is still to be done.
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
    case (.given(let due, _), .given(let now, _)), (.killed(let due), .killed(let now)): due != now
    default: false
    }
  }
}
