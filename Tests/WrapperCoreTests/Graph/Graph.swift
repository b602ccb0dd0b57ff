@testable import WrapperCore

/// Every reachable state, breadth first, so that the path to a broken promise is a shortest one.
struct Graph {
  /// A broken promise, and the steps that lead to it.
  struct Finding: CustomStringConvertible {
    let breach: Breach
    let steps: [Step]
    var description: String { "\(breach) after " + steps.map { "\($0)" }.joined(separator: ", ") }
  }

  private(set) var nodes: [Node] = []
  private(set) var edges = 0
  private(set) var findings: [Finding] = []
  private(set) var effects: Set<Effect> = []
  private let steps: Steps
  private var indices: [Node: Int] = [:]
  private var origins: [(parent: Int, step: Step)?] = []
  /// The states that follow by answers of the agent and the probe, which take no time.
  private var instant: [[Int]] = []

  /// The walk fails at this number of states.
  static let limit = 50_000

  init(_ policy: Policy, _ steps: Steps? = nil) {
    self.steps = steps ?? .all(services: policy.services.count)
    let (start, breaches) = Node.started(policy)
    note(breaches, at: 0, nil)
    _ = add(start, from: nil)
    var index = 0
    while index < nodes.count, nodes.count < Graph.limit, findings.count < 5 {
      walk(from: index)
      index += 1
    }
    noteRetriesWithoutPause()
  }

  private mutating func walk(from index: Int) {
    for step in steps.always + nodes[index].machine.passages {
      edges += 1
      if nodes[index].ignores(step) { continue }
      var next = nodes[index]
      let transition = next.apply(step)
      for effect in transition.effects { effects.insert(effect.kind) }
      note(transition.breaches, at: index, step)
      let target = add(next, from: (index, step))
      let isAnswer = step.service != nil && step.event != .outdated
      if isAnswer, target != index || !transition.effects.isEmpty { instant[index].append(target) }
    }
  }

  private mutating func add(_ node: Node, from origin: (parent: Int, step: Step)?) -> Int {
    let node = node.coarse
    if let index = indices[node] { return index }
    indices[node] = nodes.count
    nodes.append(node)
    origins.append(origin)
    instant.append([])
    note(node.breachesOfItsFuture, at: nodes.count - 1, nil)
    return nodes.count - 1
  }

  private mutating func note(_ breaches: [Breach], at index: Int, _ step: Step?) {
    for breach in breaches where !findings.contains(where: { $0.breach == breach }) {
      findings.append(Finding(breach: breach, steps: way(to: index) + (step.map { [$0] } ?? [])))
    }
  }

  private func way(to index: Int) -> [Step] {
    guard index < origins.count, let origin = origins[index] else { return [] }
    return way(to: origin.parent) + [origin.step]
  }

  /// A cycle of answers alone: an agent could make us send requests as fast as it answers.
  private mutating func noteRetriesWithoutPause() {
    var (incoming, isDone) = (
      Array(repeating: 0, count: nodes.count), Array(repeating: false, count: nodes.count)
    )
    for target in instant.joined() { incoming[target] += 1 }
    var free = nodes.indices.filter { incoming[$0] == 0 }
    while let index = free.popLast() {
      isDone[index] = true
      for target in instant[index] {
        incoming[target] -= 1
        if incoming[target] == 0 { free.append(target) }
      }
    }
    if let index = isDone.firstIndex(of: false) { note([.retriesWithoutPause], at: index, nil) }
  }
}

extension Effect {
  /// Without a notice's values.
  fileprivate var kind: Effect {
    switch self {
    case .process(.log), .service(.log, _): .log(.killing)
    case .process, .service: self
    }
  }
}
