/// One event's turn of the machine: when it happens, and what is to be done about it, in order.
struct Transition {
  let now: Timestamps
  /// Which service it is about.
  var service: Int
  private(set) var actions: [Action] = []

  init(at now: Timestamps, service: Int) {
    self.now = now
    self.service = service
  }

  mutating func emit(_ effect: Effect) { actions.append(Action(effect, service: service)) }
  mutating func log(_ notice: Notice) { emit(.log(notice)) }
}
