/// The handling of one event: its time, and the resulting effects in order.
struct Transition {
  let now: Timestamps
  var effects: [Effect] = []

  init(at now: Timestamps) { self.now = now }

  mutating func emit(_ effect: ProcessEffect) { effects.append(.process(effect)) }
  mutating func log(_ notice: ProcessNotice) { emit(.log(notice)) }

  /// The same transition as one service sees it.
  subscript(service index: Int) -> ServiceTransition {
    get { ServiceTransition(index: index, transition: self) }
    set { self = newValue.transition }
  }
}
