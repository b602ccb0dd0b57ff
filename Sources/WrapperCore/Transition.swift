/// Handling of one event: its time, and the resulting actions in order.
struct Transition {
  let now: Timestamps
  /// The index of the service that it concerns.
  var service: Int
  private(set) var actions: [Action] = []

  init(at now: Timestamps, service: Int) {
    self.now = now
    self.service = service
  }

  mutating func emit(_ effect: Effect) { actions.append(Action(effect, service: service)) }
  mutating func log(_ notice: Notice) { emit(.log(notice)) }
}
