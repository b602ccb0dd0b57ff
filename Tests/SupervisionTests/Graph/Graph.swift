@testable import Supervision

/// Every state that can be reached, breadth first: the way to a broken promise is one of the shortest.
struct Graph {
  /// A promise broken, and how to get there.
  struct Finding: CustomStringConvertible {
    let breach: Breach
    let steps: [Step]
    var description: String { "\(breach) after " + steps.map { "\($0)" }.joined(separator: ", ") }
  }

  private(set) var nodes: [Node] = []
  private(set) var edges = 0
  private(set) var findings: [Finding] = []
  private(set) var effects: Set<Effect> = []
  private var seen: Set<Node> = []
  private var origins: [(parent: Int, step: Step)?] = []

  /// - Parameter limit: the number of states at which the walk ends: there is no end then.
  init(_ plan: Plan, limit: Int = 50_000) {
    let (start, breaches) = Node.started(plan)
    note(breaches, at: 0, nil)
    add(start, from: nil)
    var index = 0
    while index < nodes.count, nodes.count < limit, findings.count < 5 {
      walk(from: index)
      index += 1
    }
  }

  private mutating func walk(from index: Int) {
    for step in nodes[index].machine.steps {
      var next = nodes[index]
      let turn = next.take(step)
      edges += 1
      for effect in turn.effects { effects.insert(effect.kind) }
      note(turn.breaches, at: index, step)
      add(next, from: (index, step))
    }
  }

  private mutating func add(_ node: Node, from origin: (parent: Int, step: Step)?) {
    let node = node.coarse
    guard seen.insert(node).inserted else { return }
    nodes.append(node)
    origins.append(origin)
    note(node.breachesOfItsFuture, at: nodes.count - 1, nil)
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
}

extension Effect {
  /// Without the numbers of the log.
  fileprivate var kind: Effect {
    if case .log = self { return .log(.killing) }
    return self
  }
}
