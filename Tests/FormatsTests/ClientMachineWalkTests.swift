import Testing

@testable import Formats

/// What the interpreter has, and what became of the requests.
private struct Interpreter: Hashable {
  var machine: ClientMachine<Int>
  var isResolving = false
  var isOpen = false
  var isConnected = false
  /// Requests on the connection.
  var sent = 0
  /// Requests that the owner has sent and that neither were answered nor failed.
  var pending = 0
  /// Whether a request of this connection was answered.
  var hasAnswered = false
  var broken: String?

  mutating func perform(_ effects: [ClientMachine<Int>.Effect]) {
    for effect in effects {
      switch effect {
      case .resolve:
        require(!isOpen, "resolves beside a connection")
        isResolving = true
      case .connect:
        require(!isOpen, "two connections")
        isOpen = true
      case .write(let count):
        require(isConnected, "writes without a connection")
        sent += count
        require(sent == pending, "a request is lost or sent twice")
      case .close:
        require(isOpen, "closes what isn't open")
        (isOpen, isConnected, sent, hasAnswered) = (false, false, 0, false)
      case .fail:
        require(!isOpen && pending > 0, "fails without a request, or beside a connection")
        pending = 0
      }
    }
    let isBusy = isResolving || isOpen || pending == 0
    require(isBusy, "requests wait, and nothing is being done")
  }

  private mutating func require(_ condition: Bool, _ promise: String) {
    if !condition { broken = broken ?? promise }
  }

  /// All that can happen now, without the owner.
  var events: [ClientMachine<Int>.Event] {
    var events: [ClientMachine<Int>.Event] = []
    if isResolving { events += [.resolved([]), .resolved([1, 2]), .unresolvable(-2)] }
    if isConnected {
      events += [.failed(104), .broken(.malformed(.statusLine))]
      for count in 0...sent {
        events += [.received(answers: count, closes: true), .received(answers: count, closes: false)]
      }
    } else if isOpen {
      events += [.connected, .connectFailed(104), .connectFailed(111)]
    }
    return events
  }

  func after(_ event: ClientMachine<Int>.Event) -> Interpreter {
    var next = self
    switch event {
    case .resolved, .unresolvable: next.isResolving = false
    case .connected: next.isConnected = true
    case .received(let answers, _):
      (next.sent, next.pending) = (sent - answers, pending - answers)
      next.hasAnswered = hasAnswered || answers > 0
    case .connectFailed, .failed, .broken: break
    }
    let before = next
    next.perform(next.machine.handle(event))
    let isResent = before.isConnected && before.sent > 0 && !next.isConnected && next.pending == before.sent
    next.require(!isResent || before.hasAnswered, "sent again without an answer")
    return next
  }

  /// What the owner can do.
  var commands: [Interpreter] {
    var (dropped, sending, elsewhere) = (self, self, self)
    dropped.pending = 0
    dropped.perform(dropped.machine.drop())
    elsewhere.pending = 1
    elsewhere.perform(elsewhere.machine.send(1, to: [3]))
    if pending >= 3 { return [dropped, elsewhere] }
    sending.pending += 1
    sending.perform(sending.machine.send(1))
    return [dropped, elsewhere, sending]
  }
}

@Suite("Every state of the HTTP client")
struct ClientMachineWalkTests {
  @Test("keeps its promises with every event and command", arguments: [[], [1], [1, 2]])
  func keepsItsPromises(known: [Int]) {
    let states = walk(from: Interpreter(machine: ClientMachine(known: known)))
    #expect(states.count > 20, "nothing was walked")
    #expect(Set(states.compactMap(\.broken)) == [])
  }

  /// Every path of events without a new request comes to an end: no state is met again on it.
  @Test("comes to an end without new requests", arguments: [[], [1], [1, 2]])
  func comesToAnEnd(known: [Int]) {
    var lengths: [Interpreter: Int] = [:]
    var onPath: Set<Interpreter> = []
    func length(_ state: Interpreter) -> Int {
      if let known = lengths[state] { return known }
      guard onPath.insert(state).inserted else { return .max }
      defer { onPath.remove(state) }
      var longest = 0
      // An event that changes nothing, such as no answer yet, doesn't count.
      for next in state.events.map({ state.after($0) }) where next != state {
        longest = max(longest, length(next))
      }
      lengths[state] = longest == .max ? .max : longest + 1
      return lengths[state]!
    }
    let longest = walk(from: Interpreter(machine: ClientMachine(known: known))).map(length).max() ?? .max
    #expect(longest < 30)
  }

  private func walk(from start: Interpreter) -> Set<Interpreter> {
    var (seen, frontier): (Set<Interpreter>, [Interpreter]) = ([start], [start])
    while let state = frontier.popLast() {
      if state.broken != nil { continue }
      for next in state.events.map({ state.after($0) }) + state.commands where seen.insert(next).inserted {
        frontier.append(next)
      }
    }
    return seen
  }
}
