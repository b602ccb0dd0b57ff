@testable import WrapperCore

/// A state of the machine, and the monitors that know its past.
struct Node: Hashable {
  private(set) var machine: WrapperMachine
  /// One for each service; without a service, one that must stay idle.
  private(set) var agents: [AgentMonitor]
  private(set) var probes: [ProbeMonitor]
  private(set) var process = ProcessMonitor()
  private(set) var isStopping = false
  /// The time since the state was made coarse.
  private(set) var now = Timestamps.zero

  init(_ policy: Policy) {
    machine = WrapperMachine(policy, at: .zero)
    agents = Array(repeating: AgentMonitor(), count: max(policy.services.count, 1))
    probes = policy.services.map { ProbeMonitor($0) }
  }

  /// Without the policy, which is the same in every state.
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
    let effects = node.machine.start(at: .zero)
    let breaches = node.observe(.passed(.zero), effects)
    return (node, breaches)
  }

  /// The same state with the clocks at zero.
  var coarse: Node {
    var node = self
    node.machine = machine.coarse(at: now)
    node.process = process.coarse(machine.policy, isReady: isReady)
    node.now = .zero
    for index in agents.indices {
      node.agents[index] = process.hasExited ? AgentMonitor() : agents[index].coarse(isStopping: isStopping)
    }
    for index in probes.indices { node.probes[index] = probes[index].coarse(isStopping: isStopping) }
    return node
  }

  var timeLeft: Duration? { machine.timeLeft(at: now) }
  var mayBeListed: Bool { agents.contains { $0.mayBeListed } }
  var isReady: Bool { probes.allSatisfy { $0.isReady } }

  /// Whether a deregistration is pending at an agent whose last answer didn't fail.
  var awaits: Bool { agents.contains { $0.awaitsDeregistration && $0.outcome == .good } }

  /// Handles a step; returns the effects and the broken promises.
  mutating func apply(_ step: Step) -> (effects: [Effect], breaches: [Breach]) {
    let before = self
    now = now + step
    let isDue = timeLeft.map { $0 <= .zero } ?? false
    let effects = machine.handle(step.event, at: now)
    let changes = !effects.isEmpty || machine != before.machine
    var breaches: [Breach] = []
    if changes && before.makesIrrelevant(step) { breaches.append(.actsOnIrrelevantEvent) }
    if changes && step.event == .elapsed && !isDue { breaches.append(.actsTooEarly) }
    if machine.postpones(before.machine) { breaches.append(.postpones) }
    if affectsAnotherService(step, effects) { breaches.append(.affectsAnotherService) }
    breaches += observe(step, effects) + checkProgress(after: step.event) + checkPauses()
    return (effects, process.hasExited && !before.process.hasExited ? breaches + checkAfterExit() : breaches)
  }

  /// Whether the step is irrelevant, and the machine ignores it.
  func ignores(_ step: Step) -> Bool {
    guard makesIrrelevant(step) else { return false }
    var after = machine
    return after.handle(step.event, at: now + step).isEmpty && after == machine
  }

  private func makesIrrelevant(_ step: Step) -> Bool {
    if process.hasExited { return true }
    return switch step.event {
    case .process(.signal): !process.isAlive && !process.waitsForRemaining
    case .process(.ended), .process(.suspended), .process(.continued): !process.isAlive
    case .process(.childEnded): !process.waitsForRemaining
    case .service(.probed, of: let index): !(probes.isEmpty ? false : probes[index].isProbing)
    case .service(.sent, of: let index), .service(.answered, of: let index), .service(.lost, of: let index):
      !agents[index].isConnected
    case .process(.elapsed), .service(.outdated, _): false
    }
  }

  private mutating func observe(_ step: Step, _ effects: [Effect]) -> [Breach] {
    if process.hasExited { return effects.isEmpty ? [] : [.actsAfterExit] }
    let (policy, wasStopping, wasReady) = (machine.policy, isStopping, isReady)
    let transition = Observation(policy, step, effects, wasStopping: wasStopping)
    isStopping = transition.isStopping
    let exits = transition.processEffects.contains { if case .exit = $0 { true } else { false } }
    var breaches: [Breach] = []
    for index in agents.indices {
      breaches += agents[index].follow(transition, of: index)
      breaches += exits ? agents[index].checkExit(transition, of: index) : agents[index].check(transition)
      if probes.indices.contains(index) {
        breaches += probes[index].follow(transition, of: index, isAlive: process.isAlive)
      }
    }
    breaches += process.follow(transition, isReady: wasReady, awaits: awaits)
    return breaches + checkNotices(effects)
  }

  /// Whether notices about deregistrations are true.
  private func checkNotices(_ effects: [Effect]) -> [Breach] {
    let isWrong = effects.contains { effect in
      switch effect {
      case .process(.log(.stopping(_, _, .unconfirmed, _))):
        !mayBeListed && !agents.contains { $0.awaitsDeregistration }
      case .process(.log(.stopping)): mayBeListed
      case .service(.log(.deregistered), of: let index): agents[index].mayBeListed
      case .process, .service: false
      }
    }
    return isWrong ? [.logsWrongly] : []
  }

  /// Whether an event of one service has an effect on another.
  private func affectsAnotherService(_ step: Step, _ effects: [Effect]) -> Bool {
    guard let service = step.service else { return false }
    return effects.contains { effect in
      switch effect {
      case .service(.log, _), .process: false
      case .service(_, of: let index): index != service
      }
    }
  }
}
