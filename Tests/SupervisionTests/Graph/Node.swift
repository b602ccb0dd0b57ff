@testable import Supervision

/// A state of the machine, with what the promises need to know of its past.
struct Node: Hashable {
  private(set) var machine: Machine
  private(set) var agent = AgentWatch()
  private(set) var process: ProcessWatch
  private(set) var isProbing = false
  private(set) var isWithdrawn = false
  /// Since zero, as far as `take` went without forgetting.
  private(set) var now = Moment.zero

  init(_ plan: Plan) {
    machine = Machine(plan, at: .zero)
    process = ProcessWatch(plan)
  }

  static func started(_ plan: Plan) -> (Node, [Breach]) {
    var node = Node(plan)
    let effects = node.machine.start(at: .zero).map(\.effect)
    let breaches = node.observe(.passed(.zero), effects)
    return (node, breaches)
  }

  /// The same state, clocks at zero.
  var coarse: Node {
    var node = self
    node.machine = machine.coarse(at: now)
    node.process = process.coarse(machine.plan)
    node.now = .zero
    node.agent = process.hasExited ? AgentWatch() : agent.coarse
    return node
  }

  var timeLeft: Duration? { machine.timeLeft(at: now) }

  /// One turn, and what it breaks.
  mutating func take(_ step: Step) -> (effects: [Effect], breaches: [Breach]) {
    let before = self
    now = now + step
    let isDue = timeLeft.map { $0 <= .zero } ?? false
    let effects = machine.handle(step.event, at: now).map(\.effect)
    var breaches: [Breach] = []
    if before.makesIrrelevant(step.event) && (!effects.isEmpty || machine != before.machine) {
      breaches.append(.actsOnWhatCannotMatter)
    }
    if step.event == .elapsed && !isDue && !effects.isEmpty { breaches.append(.actsTooEarly) }
    breaches += observe(step, effects) + judgeProgress(after: step.event)
    return (effects, process.hasExited && !before.process.hasExited ? breaches + judgeSilence() : breaches)
  }

  /// Whatever still comes after the exit, nothing is done.
  private func judgeSilence() -> [Breach] {
    if timeLeft != nil { return [.actsAfterExit] }
    let acts = Step.always.contains { step in
      var late = machine
      return !late.handle(step.event, at: now + step).isEmpty || late != machine
    }
    return acts ? [.actsAfterExit] : []
  }

  private func makesIrrelevant(_ event: Event) -> Bool {
    if process.hasExited { return true }
    return switch event {
    case .signal: !process.isAlive && !process.waitsForOthers
    case .ended, .stopped, .continued: !process.isAlive
    case .otherEnded: !process.waitsForOthers
    case .probed: !isProbing
    case .sent, .answered, .lost: !agent.isConnected
    case .elapsed, .outdated: false
    }
  }

  private mutating func observe(_ step: Step, _ effects: [Effect]) -> [Breach] {
    if process.hasExited { return effects.isEmpty ? [] : [.actsAfterExit] }
    let turn = Observation(machine.plan, step, effects, wasWithdrawn: isWithdrawn)
    isWithdrawn = turn.isWithdrawn
    var breaches = agent.follow(turn)
    let waits = agent.unanswered.contains(.deregister) || machine.plan.drain > .zero
    breaches += process.follow(turn, isProbing: isProbing, waits: waits)
    return breaches + followProbes(turn)
  }

  private mutating func followProbes(_ turn: Observation) -> [Breach] {
    var breaches: [Breach] = []
    if case .probed = turn.step.event { isProbing = false }
    for effect in turn.effects {
      if effect == .probe {
        if isProbing { breaches.append(.probesTwice) }
        if turn.wasWithdrawn { breaches.append(.probesWhatIsLeft) }
        isProbing = true
      } else if effect == .cancelProbe {
        if !isProbing { breaches.append(.cancelsNoProbe) }
        isProbing = false
      }
    }
    if isProbing && turn.isWithdrawn { breaches.append(.probesWhatIsLeft) }
    return breaches
  }

  /// Once time was taken note of nothing is due any more; while Consul lacks something, something will be.
  private func judgeProgress(after event: Event) -> [Breach] {
    var breaches: [Breach] = []
    if event == .elapsed {
      var settled = machine
      for _ in 0..<2 { _ = settled.handle(.elapsed, at: now) }
      if let left = settled.timeLeft(at: now), left <= .zero { breaches.append(.isBusy) }
    }
    if process.isAlive && !machine.services.isEmpty && timeLeft == nil && owesConsul {
      breaches.append(.givesUp)
    }
    return breaches
  }

  private var owesConsul: Bool {
    isWithdrawn ? agent.mayBeListed : machine.services[0].registry.wanted == .present
  }
}
