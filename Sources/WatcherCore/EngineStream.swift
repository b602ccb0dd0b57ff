/// The engine's event stream, from one subscription to the next: away, subscribing, identifying, listing,
/// open, and away again. There is one function for each event; in every other state the event changes
/// nothing.
struct EngineStream {
  enum State: Hashable {
    case away(until: Duration)
    case subscribing(deadline: Duration)
    /// Subscribed; the engine's ID is requested.
    case identifying
    /// Subscribed before listing, so the stream reports what starts or ends in between.
    case listing
    case open
  }
  private(set) var state = State.away(until: .zero)
  /// The stream ended, but the current work is finished first: a misconfigured proxy may end every stream at
  /// once.
  private(set) var isGone = false
  private var openedAt: Duration = .zero
  /// The last stream ended before it was steady.
  private var wasShort = false
  private var failures = 0
  /// Whether the last line that was logged about the engine is its trouble; nil: there is none yet.
  private var isTroubleLogged: Bool?

  var isAway: Bool { if case .away = state { true } else { false } }

  var isSubscribed: Bool { deadline == nil }

  /// When the state ends by itself; nil while subscribed.
  var deadline: Duration? {
    switch state {
    case .away(let deadline), .subscribing(let deadline): deadline
    case .identifying, .listing, .open: nil
    }
  }

  /// Whether it is time to subscribe.
  mutating func subscribe(at now: Duration) -> Bool {
    guard case .away(let until) = state, until <= now else { return false }
    state = .subscribing(deadline: now + WatcherPolicy.engineTimeout)
    return true
  }

  mutating func subscribed(at now: Duration) {
    if case .subscribing = state { (state, openedAt) = (.identifying, now) }
  }

  mutating func identified() { if state == .identifying { state = .listing } }

  mutating func listed() { if state == .listing { state = .open } }

  mutating func ended() { isGone = isSubscribed }

  mutating func disconnected(at now: Duration) {
    if isSubscribed {
      wasShort = !isSteady(now)
      if !wasShort { failures = 0 }
    }
    isGone = false
    state = .away(until: now + WatcherPolicy.backoff(after: failures))
    failures = min(failures + 1, 10)
  }

  private func isSteady(_ now: Duration) -> Bool { now - openedAt >= WatcherPolicy.steadyStream }
}

// MARK: What is logged
extension EngineStream {
  /// Whether this trouble is to be logged: only the first since the engine was watched.
  mutating func logsTrouble() -> Bool {
    defer { isTroubleLogged = true }
    return isTroubleLogged != true
  }

  /// Whether a complete list is to be logged: the first after a trouble. A list proves nothing about the
  /// stream, whose end may be seen later. So after a stream that was short, the trouble is over only when one
  /// is steady.
  mutating func logsWatching(at now: Duration) -> Bool {
    if isGone || wasShort && !isSteady(now) { return false }
    defer { isTroubleLogged = false }
    return isTroubleLogged != false
  }
}
