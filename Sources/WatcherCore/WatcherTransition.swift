/// Handling of one event, collecting the effects.
struct WatcherTransition {
  let now: Duration
  var effects: [WatcherEffect] = []

  mutating func emit(_ effect: WatcherEffect) { effects.append(effect) }
  mutating func log(_ notice: WatcherNotice) { effects.append(.log(notice)) }
}
