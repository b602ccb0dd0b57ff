/// The handling of one event for one service: what is emitted concerns that service.
struct ServiceTransition {
  let index: Int
  var transition: Transition

  var now: Timestamps { transition.now }

  mutating func emit(_ effect: ServiceEffect) { transition.effects.append(.service(effect, of: index)) }
  mutating func log(_ notice: ServiceNotice) { emit(.log(notice)) }
}
