@testable import WrapperCore

/// A state of the machine, with what the promises need to know of its past.
struct Node: Hashable {
  private(set) var machine: WrapperMachine
  /// One for each service, or one that must stay idle.
  private(set) var agents: [AgentMonitor]
  private(set) var probes: [ProbeMonitor]
  private(set) var process = ProcessMonitor()
  private(set) var isWithdrawn = false
  /// Since zero, as far as `take` went without forgetting.
  private(set) var now = Timestamps.zero

  init(_ policy: Policy) {
    machine = WrapperMachine(policy, at: .zero)
    agents = Array(repeating: AgentMonitor(), count: max(policy.services.count, 1))
    probes = policy.services.map { ProbeMonitor($0) }
  }

  /// Without the plan, which is the same in all of them.
  func hash(into hasher: inout Hasher) {
    hasher.combine(machine.phase)
    for service in machine.services {
      hasher.combine(service.registry)
      hasher.combine(service.readiness)
    }
    hasher.combine(agents)
    hasher.combine(process)
  }

  static func started(_ policy: Policy) -> (Node, [Breach]) {
    var node = Node(policy)
    let actions = node.machine.start(at: .zero)
    let breaches = node.observe(.passed(.zero), actions)
    return (node, breaches)
  }

  /// The same state, clocks at zero.
  var coarse: Node {
    var node = self
    node.machine = machine.coarse(at: now)
    node.process = process.coarse(machine.policy, isReady: isReady)
    node.now = .zero
    for index in agents.indices {
      node.agents[index] = process.hasExited ? AgentMonitor() : agents[index].coarse(isWithdrawn: isWithdrawn)
    }
    for index in probes.indices { node.probes[index] = probes[index].coarse(isWithdrawn: isWithdrawn) }
    return node
  }

  var timeLeft: Duration? { machine.timeLeft(at: now) }
  var mayBeListed: Bool { agents.contains { $0.mayBeListed } }
  var isReady: Bool { probes.allSatisfy { $0.isReady } }

  /// The answer to a deregistration is worth waiting for, where the agent's last answer didn't fail.
  var awaits: Bool { agents.contains { $0.asksToDeregister && $0.outcome == .good } }

  /// One turn, and what it breaks.
  mutating func take(_ step: Step) -> (actions: [Action], breaches: [Breach]) {
    let before = self
    now = now + step
    let isDue = timeLeft.map { $0 <= .zero } ?? false
    let actions = machine.handle(step.event, of: step.service ?? 0, at: now)
    let changes = !actions.isEmpty || machine != before.machine
    var breaches: [Breach] = []
    if changes && before.makesIrrelevant(step) { breaches.append(.actsOnWhatCannotMatter) }
    if changes && step.event == .elapsed && !isDue { breaches.append(.actsTooEarly) }
    if machine.postpones(before.machine) { breaches.append(.postpones) }
    if touchesAnother(step, actions) { breaches.append(.touchesAnother) }
    breaches += observe(step, actions) + judgeProgress(after: step.event) + judgeRest()
    return (actions, process.hasExited && !before.process.hasExited ? breaches + judgeSilence() : breaches)
  }

  /// Whether nothing comes of it, as it should be.
  func ignores(_ step: Step) -> Bool {
    guard makesIrrelevant(step) else { return false }
    var after = machine
    return after.handle(step.event, of: step.service ?? 0, at: now + step).isEmpty && after == machine
  }

  private func makesIrrelevant(_ step: Step) -> Bool {
    if process.hasExited { return true }
    return switch step.event {
    case .signal: !process.isAlive && !process.waitsForRemaining
    case .ended, .suspended, .continued: !process.isAlive
    case .childEnded: !process.waitsForRemaining
    case .probed: !(probes.isEmpty ? false : probes[step.service ?? 0].isProbing)
    case .sent, .answered, .lost: !agents[step.service ?? 0].isConnected
    case .elapsed, .outdated: false
    }
  }

  private mutating func observe(_ step: Step, _ actions: [Action]) -> [Breach] {
    if process.hasExited { return actions.isEmpty ? [] : [.actsAfterExit] }
    let (policy, wasWithdrawn, wasReady) = (machine.policy, isWithdrawn, isReady)
    let transition = Observation(policy, step, actions, wasWithdrawn: wasWithdrawn)
    isWithdrawn = transition.isWithdrawn
    let exits = actions.contains { if case .exit = $0.effect { true } else { false } }
    var breaches: [Breach] = []
    for index in agents.indices {
      let part = Observation(policy, step, actions, of: index, wasWithdrawn: wasWithdrawn)
      breaches += agents[index].follow(part)
      breaches += exits ? agents[index].judgeExit(part) : agents[index].judge(part)
      if probes.indices.contains(index) {
        breaches += probes[index].follow(part, isAlive: process.isAlive)
      }
    }
    breaches += process.follow(transition, isReady: wasReady, awaits: awaits)
    return breaches + judgeTelling(actions)
  }

  /// What is said of a deregistration is so.
  private func judgeTelling(_ actions: [Action]) -> [Breach] {
    let isWrong = actions.contains { action in
      switch action.effect {
      case .log(.stopping(_, _, .deregistered, _)), .log(.stopping(_, _, .notRegistered, _)): mayBeListed
      case .log(.stopping(_, _, .unconfirmed, _)): !mayBeListed && !agents.contains { $0.asksToDeregister }
      case .log(.deregistered): agents[action.service].mayBeListed
      default: false
      }
    }
    return isWrong ? [.logsWrongly] : []
  }

  /// What is about one service changes nothing for another.
  private func touchesAnother(_ step: Step, _ actions: [Action]) -> Bool {
    guard let service = step.service else { return false }
    return actions.contains { action in
      switch action.effect {
      case .send, .disconnect, .probe, .cancelProbe: action.service != service
      case .signal, .suspendSelf, .terminateRemaining, .killRemaining, .log, .exit: false
      }
    }
  }
}
