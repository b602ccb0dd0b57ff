@testable import WrapperCore

private let always = Steps.all(services: 1).always

/// A life of the machine: the first byte chooses the plan, each further one what happens next. The promises are those
/// of the walk over every reachable state (Tests/WrapperCoreTests/Graph), here with the clocks as they are.
func takeEvents(_ bytes: [UInt8]) {
  guard let first = bytes.first else { return }
  var (node, breaches) = Node.started(Policy(choice: first))
  var taken: [Step] = []
  for byte in bytes.dropFirst().prefix(300) where breaches.isEmpty {
    let steps = always + node.pauses
    taken.append(steps[Int(byte) % steps.count])
    let transition = node.apply(taken[taken.count - 1])
    breaches = transition.breaches.filter { !$0.isHarmless(transition.effects) }
  }
  promise(breaches.isEmpty, "\(breaches) after \(taken) of \(node.machine.policy)")
}

extension Breach {
  /// What the walk, whose states know less of time, never sees: a note in the state that nothing reads any more, and a
  /// warning that came with the first news after its time. What concerns futures, those of coarse states are asked for.
  fileprivate func isHarmless(_ effects: [Effect]) -> Bool {
    switch self {
    case .actsOnIrrelevantEvent: effects.isEmpty
    case .actsTooEarly: effects.allSatisfy(\.isNotice)
    case .exitsTooEarly, .exitsTooLate, .neverRegisters, .givesUp, .neverDeregisters: true
    default: false
    }
  }
}

extension Effect {
  fileprivate var isNotice: Bool {
    switch self {
    case .process(.log), .service(.log, _): true
    case .process, .service: false
    }
  }
}

extension Policy {
  fileprivate init(choice: UInt8) {
    func has(_ bit: UInt8) -> Bool { choice & 1 << bit != 0 }
    self.init(
      registers: choice & 7 != 7, probes: !has(0), readyTimeout: has(1) ? .seconds(20) : nil,
      ttl: has(2) ? nil : .seconds(15), drain: has(3) ? .seconds(4) : .zero,
      stopTimeout: has(4) ? .seconds(9) : nil, rewrites: has(5) ? [15: 3, 28: 0, 10: 12, 2: 1] : [:],
      waitForAll: has(6) ? .seconds(2) : nil, expectedExits: has(7) ? [7] : [])
  }
}

extension Node {
  /// Until something is due, a little less, and times that have nothing to do with it.
  fileprivate var pauses: [Step] {
    let left = max(timeLeft ?? .zero, .zero)
    let before = left > .zero ? [Step.passed(left - .nanoseconds(1)), .passed(left / 2)] : []
    let others: [Duration] = [.milliseconds(1), .milliseconds(99), .seconds(1), .seconds(7)]
    return [.passed(left), .passed(left), .passed(left)] + before + others.map { .passed($0) }
  }
}
